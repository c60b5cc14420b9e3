"""The network: a transformer's body, its vectors averaged, one linear head for all verdicts and one for sentiment.

Training only (torch). Averaging instead of a first token's vector is what e5 was trained with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from classifiers.sentiment import CLASSES
from schemas.errors import TerminalError

_RAREST = 1e-3


class Network(nn.Module):  # type: ignore[misc,unused-ignore]
    """Word pieces to logits. `outputs` counts the verdicts: intents, needs-intervention, severity steps."""

    def __init__(self, body: nn.Module, width: int, outputs: int) -> None:
        super().__init__()
        self.body = body
        self.verdicts = nn.Linear(width, outputs)
        self.sentiment = nn.Linear(width, len(CLASSES))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Shapes (texts, pieces) twice; gives (texts, outputs) and (texts, 3)."""
        average = self.vectors(input_ids, attention_mask)
        return self.verdicts(average), self.sentiment(average)

    def vectors(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The mean of each text's pieces, (texts, width), on which both heads stand."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1)


def load(model: str | Path, outputs: int, layers: int | None = None) -> Network:
    """A network on a body from a folder or a hub name, cut to `layers` spread evenly over its depth, the last included.

    Dropout is off: the sets are passed over few times, and it costs a sixth of the speed. Raises TerminalError where
    the model is not there, or is built otherwise."""
    try:
        body = AutoModel.from_pretrained(
            str(model),
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            add_pooling_layer=False,
            attn_implementation="eager",  # the fused one's way back takes six times as long in 16 bits
        )
    except (OSError, ValueError, TypeError) as error:  # not there; unknown; built of other parts, as DistilBERT
        raise TerminalError(
            f"the encoder {str(model)!r} cannot be loaded as one built like BERT ({error}); name another, as e5 or "
            f"XLM-R, by --encoder, or take `--encoder package`"
        ) from None
    if layers is not None:
        cut(body, layers)
    return Network(body, body.config.hidden_size, outputs)


def cut(body: nn.Module, layers: int) -> None:
    """Keep `layers` of the body's layers: DistilBERT (Sanh et al. 2019) starts its student so."""
    blocks = body.encoder.layer
    body.encoder.layer = nn.ModuleList([blocks[n] for n in spread(len(blocks), layers)])
    body.config.num_hidden_layers = layers


def spread(total: int, layers: int) -> list[int]:
    """Numbers of `layers` of `total` layers, spread evenly, the last included."""
    return [round((n + 1) * total / layers) - 1 for n in range(layers)]


def parameters(network: Network, rate: float, head_rate: float) -> list[dict[str, object]]:
    """Groups for the optimizer. The table of word vectors stays as it is: it is most of the weights, and too few posts
    touch a row to improve it."""
    network.body.get_input_embeddings().weight.requires_grad_(False)
    body = [p for p in network.body.parameters() if p.requires_grad]
    heads = [*network.verdicts.parameters(), *network.sentiment.parameters()]
    return [{"params": body, "lr": rate}, {"params": heads, "lr": head_rate}]


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def begin_at(network: Network, rates: Sequence[float]) -> None:
    """Let the head of verdicts begin at how often each is true: no step is spent on learning that they are rare."""
    likely = torch.tensor(rates, dtype=torch.float32).clamp(_RAREST, 1 - _RAREST)
    network.verdicts.bias.copy_(likely.logit())


def state(network: Network) -> dict[str, Tensor]:
    """A copy of all weights."""
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def seeded(seed: int, threads: int) -> None:
    """Make torch repeatable on this machine."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
