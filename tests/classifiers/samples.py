"""Mentions and labelled rows that several tests of the classifiers share."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifiers.protocol import Classifier, Columns
from schemas.mention import Author, Mention, Relation

EPOCH = datetime(2026, 3, 2, 9, tzinfo=UTC)

BY_LANGUAGE = {
    "de": "Der Aufzug am Bahnhof ist seit Wochen kaputt und niemand von euch kümmert sich darum.",
    "en": "My order has still not arrived and nobody from your support team answers my messages.",
    "fr": "L'application ne se synchronise plus avec ma montre depuis la dernière mise à jour.",
    "es": "La aplicación no funciona desde ayer y nadie contesta en el servicio de atención al cliente.",
    "it": "Il pacco non è ancora arrivato e nessuno risponde al telefono da tre giorni.",
    "nl": "Mijn bestelling is nog steeds niet aangekomen en niemand beantwoordt mijn berichten.",
    "pl": "Moja paczka nadal nie dotarła i nikt nie odpowiada na moje wiadomości.",
    "tr": "Siparişim hâlâ gelmedi ve kimse mesajlarıma cevap vermiyor.",
    "pt": "A minha encomenda ainda não chegou e ninguém responde às minhas mensagens.",
    "ru": "Мой заказ до сих пор не пришёл, и никто не отвечает на мои сообщения.",
    "ar": "لم يصل طلبي حتى الآن ولا أحد يجيب على رسائلي.",
    "hi": "मेरा ऑर्डर अभी तक नहीं आया है और कोई मेरे संदेशों का जवाब नहीं देता।",
    "zh": "我的订单还没有到，也没有人回复我的消息。",
    "ja": "注文した商品がまだ届きません。誰もメッセージに返事をくれません。",
    "ko": "주문한 상품이 아직 도착하지 않았고 아무도 답장을 하지 않습니다.",
    "bg": "Поръчката ми още не е пристигнала и никой не отговаря на съобщенията ми.",
    "ca": "La meva comanda encara no ha arribat i ningú no respon els meus missatges.",
    "cs": "Moje objednávka ještě nedorazila a nikdo mi neodpovídá na zprávy.",
    "da": "Min bestilling er stadig ikke kommet, og ingen svarer på mine beskeder.",
    "el": "Η παραγγελία μου δεν έχει φτάσει ακόμα και κανείς δεν απαντά στα μηνύματά μου.",
    "et": "Minu tellimus pole ikka veel kohale jõudnud ja keegi ei vasta mu sõnumitele.",
    "fa": "سفارش من هنوز نرسیده است و هیچ‌کس به پیام‌های من پاسخ نمی‌دهد.",
    "fi": "Tilaukseni ei ole vieläkään saapunut eikä kukaan vastaa viesteihini.",
    "he": "ההזמנה שלי עדיין לא הגיעה ואף אחד לא עונה להודעות שלי.",
    "hr": "Moja narudžba još uvijek nije stigla i nitko ne odgovara na moje poruke.",
    "hu": "A rendelésem még mindig nem érkezett meg, és senki sem válaszol az üzeneteimre.",
    "lt": "Mano užsakymas dar neatvyko ir niekas neatsako į mano žinutes.",
    "lv": "Mans pasūtījums vēl nav pienācis, un neviens neatbild uz manām ziņām.",
    "no": "Bestillingen min har fortsatt ikke kommet, og ingen svarer på meldingene mine.",
    "ro": "Comanda mea încă nu a ajuns și nimeni nu răspunde la mesajele mele.",
    "sk": "Moja objednávka ešte stále neprišla a nikto neodpovedá na moje správy.",
    "sl": "Moje naročilo še vedno ni prispelo in nihče ne odgovarja na moja sporočila.",
    "sq": "Porosia ime ende nuk ka mbërritur dhe askush nuk u përgjigjet mesazheve të mia.",
    "sv": "Min beställning har fortfarande inte kommit och ingen svarar på mina meddelanden.",
    "uk": "Моє замовлення досі не надійшло, і ніхто не відповідає на мої повідомлення.",
}
ODD = (
    "", " ", "😡😡😡", "@user @user", "https://t.co/abc", "\ue002", "a", "RT @DB_Bahn:", "#", "!!!!!!!!!!", "\u200b",
    "ẞ ß ŉ ǆ İ", "e\u0301" * 40, "ＤＢ＿Ｂａｈｎ", "Ã¼ber die Bahn", "\ud83d" + "x", "1234 5678", "@", "'", "S-Bahn-",
)  # fmt: skip


def mention(text: str, **fields: Any) -> Mention:
    """A mention of an ordinary post; `handle`, `followers` and `verified` make the author."""
    names = {name: fields.pop(name) for name in ("handle", "followers", "verified") if name in fields}
    native_id = str(fields.pop("native_id", "1"))
    return Mention(platform="x", native_id=native_id, text=text, published_at=EPOCH, author=Author(**names), **fields)


def classified(classifier: Classifier, mentions: Sequence[Mention], own: bool = False) -> Columns:
    """What a classifier that needs no more than `author_is_brand` says of posts of customers, or of a brand's own."""
    return classifier.classify(mentions, {"author_is_brand": [own] * len(mentions)})


def varied() -> list[Mention]:
    """Mentions of every language and oddity, with authors and relations that differ."""
    texts = [
        *BY_LANGUAGE.values(),
        *ODD,
        *(f"{a} @DB_Bahn {b}" for a, b in zip(BY_LANGUAGE.values(), ODD, strict=False)),
    ]
    relations = list(Relation)
    return [
        mention(
            text,
            native_id=place,
            followers=None if place % 3 == 0 else 10 ** (place % 8),
            verified=place % 5 == 0,
            handle="DB_Bahn" if place % 11 == 0 else None,
            language="de" if place % 4 == 0 else None,
            relation=relations[place % 4],
            title="Bahn" if place % 7 == 0 else None,
            parent_text="@DB_Bahn Zug kaputt" if place % 8 == 1 else None,
        )
        for place, text in enumerate(texts)
    ]


_PHRASES: dict[str, tuple[str, ...]] = {
    "complaint": ("unverschämt schlechter Service", "really disappointed by you", "so eine Frechheit"),
    "product_question": ("wann öffnet der Schalter?", "how much is the monthly pass?", "gibt es das auch in blau?"),
    "technical_support": (
        "login geht nicht, Hilfe",
        "cannot sign in, please help",
        "Passwort zurücksetzen klappt nicht",
    ),
    "defect": ("der Aufzug ist kaputt", "the screen is broken", "Rolltreppe defekt"),
    "delivery": ("Paket nicht angekommen", "parcel still not delivered", "Sendung verloren"),
    "praise": ("danke, tolle Fahrt", "great job, love it", "super freundliches Personal"),
    "safety": ("Rauch im Wagen", "sparks from the charger", "Bremse versagt"),
}
_CHAT = ("schönes Wetter heute", "see you at six", "Fußball war langweilig", "neues Buch gelesen")
_WHERE = ("in Köln", "in Berlin", "at home", "am Montag", "seit gestern", "again", "bei euch")


def labelled_rows(intents: Sequence[str], count: int = 240) -> list[dict[str, Any]]:
    """Generated labelled posts, learnable, from three collections, half with an intent; ids of twins end in -de."""
    rows, draw = [], random.Random(5)
    for n in range(count):
        intent = intents[n // 2 % len(intents)] if n % 2 else None
        phrases = _PHRASES[intent] if intent else _CHAT
        needs = intent is not None and intent != "praise"
        rows.append(
            {
                "id": f"r{n:04}" if n % 8 else f"r{n + 1:04}-de",
                "text": f"{draw.choice(phrases)} {draw.choice(_WHERE)} {draw.choice(_WHERE)} @Brand_Help",
                "lang": "de" if n % 3 else "en",
                "source": draw.choice(("mobasa-dev", "umsab-train", "authored")),
                "intents": [intent] if intent else [],
                "needs_intervention": needs,
                "severity": 1 + n % 4 if needs else 0,
            }
        )
    return rows


def write_gold(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
