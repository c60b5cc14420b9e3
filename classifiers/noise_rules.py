"""Rules of noise in words: adverts, giveaways, job offers. English, German, French, Spanish, Italian.

A rule is a stem and a pattern; the pattern is tried only where the stem occurs: one long alternation was the slowest
part of the classifier. Both are matched against lower-case text. What they mark stays out of the queue where the model
sees no need, so they must be right; how much of each kind they find is in cards/noise.md."""

from __future__ import annotations

import re
from enum import StrEnum

from classifiers.noise_feeds import BOTS, PRESS, SPAM, TROLLS


class Noise(StrEnum):
    """Labels of noise. Stored."""

    ADVERT = "advert"
    BOT = "bot"
    GIVEAWAY = "giveaway"
    HASHTAG_STORM = "hashtag_storm"
    JOB = "job"
    LINK_ONLY = "link_only"
    MENTION_STORM = "mention_storm"
    PRESS = "press"
    REPEATED_CHARS = "repeated_chars"
    REPOST = "repost"
    SPAM = "spam"
    TROLL = "troll"


OFFERS = frozenset((Noise.ADVERT, Noise.GIVEAWAY, Noise.JOB))
"""Marked by words, which customers use of an offer, too; `CUSTOMER` beside them says that somebody does."""
CUSTOMER = re.compile(
    # one who speaks of themselves, or to the brand; not "i" alone, which is an article in Italian
    r"\b(?:ich|mich|mein(?:e[nmrs]?)?|euer|eure[nmrs]?|my|i['’](?:m|ve|d)|je|j['’]ai|mon|mi|"
    r"i (?:am|was|had|have|want|need|can|still|got|paid|bought|ordered|tried|entered))\b|"
    # trouble
    r"\babzocke|\bbetrug|\bbetrogen|\bverarsch|\bdefekt|\bkaputt|\bfehl(?:t|en)\b|\benttäuscht|\bfrechheit|\bstorniert\b|"
    r"\b(?:abgebucht|gesperrt|angeblich|trotzdem|niemand|keiner|keine antwort)\b|"
    r"\b(?:funktioniert|geht|klappt|gilt|greift|ging|kam|nimmt|wurde|wird)\b.{0,20}\b(?:nicht|nie)\b(?! verpassen)|"
    r"\b(?:nicht|nie) (?:erhalten|bekommen|angekommen|eingelöst|abgezogen|berücksichtigt)|"
    r"\bscam|\brip-?off|\brefund|\bcharged\b|\bmisleading|\brejected\b|\bnobody\b|\bno one\b|\bstill (?:waiting|no)\b|"
    r"\bnever (?:got|received|came|arrived|worked)\b|\b(?:do|does|did|is|was|wo|would)(?:n['’]?t| not) (?:even )?"
    r"(?:work|apply|accept|valid|let|arrive|get)|\bnot work|"
    r"\barnaque|\b(?:marche|fonctionne) (?:pas|plus)\b|\bjamais reçu|"
    r"\bestafa|\bno (?:me )?(?:funciona|sirve|deja)\b|\btruffa|\bnon funziona\b|\bmai arrivat"
)
SPOKEN_TO = re.compile(r"\W*@")
"""How an answer begins; neither an advert nor an offer of work does."""
_LINK = r".{0,120}(?:https?://|www\.)"
_GENDERS = r"\((?:m|w|f|d|x|h|i)\s?[/|*]\s?(?:m|w|f|d|x|h|i)(?:\s?[/|*]\s?(?:m|w|f|d|x|h|i))?\)"
_STAFF = (
    r"(?:aushilf|rider|fahrer|zusteller|zugbegleiter|verstärkung|mitarbeiter|azubi|auszubildende|lehrling|engineer|"
    r"entwickler|monteur|mechatroniker|lokführer|lenker|praktikant|werkstudent|minijob)"
)
_NO_SEARCH = r"^(?!.*(?:\bzeugen\b|polizei|rollstuhl|radfahrer|autofahrer))"  # the police look for drivers, not staff

_GIVEAWAYS = (
    ("giveaway", r"\bgiveaway\b"),
    ("gewinnspiel", r"\bgewinnspiel\b"),
    (
        "verlos",
        r"\b(?:wir|es) verlosen?\b|\bverlost\b.{0,60}\b(?:\dx?|x|karten|tickets|unter allen)\b|\bverlosung bis\b",
    ),
    (
        "follow",
        r"\b(?:rt|retweet|like)\s*(?:\+|&|and|y|e|et)\s*follow\b|\bfollow\s*(?:\+|&|and)\s*(?:rt|retweet|like)\b",
    ),
    ("folge", r"\bfolgen?\s*(?:\+|&|und)\s*(?:rt|retweeten|liken)\b"),
    ("to win", r"\b(?:enter|follow|retweet|chance)\b.{0,60}\bto win\b"),
    ("competition time", r"\bcompetition time\b"),
    ("zu gewinnen", r"\b(?:gibt|gibt's|habt|warten)\b.{0,60}\bzu gewinnen\b"),
    ("gewinn", r"\b(?:mitmachen|teilnehmen|kommentier\w*|einsendungen)\b.{0,60}\bgewinn(?:en|t|e|st)\b"),
    ("gagner", r"\btente[zr]? de gagner\b"),
    ("tirage", r"\btirage au sort\b"),
    ("sorte", r"\bsorteamos\b|\bsorteo\b.{0,80}\b(?:sigue|gana|rt|participa)"),
    ("in palio", r"\bin palio\b"),
)
_JOBS = (
    ("hiring", r"\b(?:we(?:'|’)re|we are|now) hiring\b|#hiring\b"),
    ("join our team", r"\bjoin our team\b"),
    ("#job", r"#jobs?\b"),
    ("#stelle", r"#stellen(?:angebote?|markt)\b"),
    ("/", _GENDERS),
    ("stellen", r"\bstellen(?:angebot|anzeige|ausschreibung)\b"),
    (
        "such",
        rf"{_NO_SEARCH}.*(?:\b(?:wir suchen|sucht|suchen|gesucht)\b.{{0,60}}{_STAFF}|"
        rf"{_STAFF}\w*\b.{{0,40}}\bgesucht\b)",
    ),
    ("bewerb", r"\bjetzt bewerben\b|\bbewerbungs(?:frist|schluss)\b"),
    ("bewirb", r"\bbewirb dich\b"),
    ("recrut", r"\bon recrute\b|\bnous recrutons\b|\brecrute \d+\b|\brecrute des\b"),
    ("h/f", r"\bh/f\b"),
    ("offre d", r"\boffre d['’]emploi\b"),
    ("oferta de", r"\boferta de (?:empleo|trabajo)\b"),
    ("nuestro equipo", r"\búnete a nuestro equipo\b"),
    ("offert", r"\bofferta di lavoro\b"),
    ("cercasi", r"\bcercasi\b"),
    ("assum", r"\bassumiamo\b|\bassume (?:portalettere|personale|addett\w)\b"),
)
_DECLARED = (
    ("anzeige", r"^\W{0,3}anzeige\W{0,2}[:|]|[-–|(]\s*anzeige\)?\s*$|#anzeige\b"),
    ("werbung", r"^\W{0,3}werbung\W{0,2}[:|]|[-–|(]\s*werbung\)?\s*$|#werbung\b"),
    ("sponsor", r"^\W{0,3}sponsored\W{0,2}[:|]|[-–|(]\s*(?:sponsored|gesponsert)\)?\s*$|#sponsored\b"),
    ("#ad", r"#ad\b"),
    ("#affiliate", r"#affiliate\b"),
    ("[anzeige]", r"\[anzeige\]"),
)
_ADVERTS = (
    ("code", r"\b(?:use|mit|with|avec|con)\b.{0,20}\b(?:promo|discount|rabatt|gutschein)[ -]?code\b.{0,40}\w*\d"),
    ("% off", rf"\b\d\d? ?% off\b{_LINK}"),
    ("rabatt", r"\bbis zu \d\d? ?% rabatt\b|\bnur heute\b.{0,40}\brabatt\b|\bjetzt \d\d? ?% rabatt\b"),
    ("réduction", rf"\b\d\d? ?% de réduction\b{_LINK}"),
    ("descuento", rf"\b\d\d? ?% de descuento\b{_LINK}"),
    ("sconto", rf"\b\d\d? ?% di sconto\b{_LINK}"),
    ("vorrat", r"\bsolange (?:der )?vorrat reicht\b"),
    ("black week", r"^black (?:week|friday) bei\b"),
    ("jetzt", rf"\bjetzt (?:sichern|zugreifen|zuschlagen|bestellen|kaufen|shoppen)\b{_LINK}"),
    ("now", rf"\b(?:buy|shop|order) now\b{_LINK}"),
    ("free shipping", rf"\bfree shipping\b{_LINK}"),
    ("verkauf", rf"\b(?:zu verkaufen|verkaufe)\b{_LINK}"),
    ("profitez", rf"\bprofitez\b{_LINK}"),
    ("angebot des tages", r"\bangebot des tages\b"),
    ("gebote)", rf"\beur \d+,\d\d \(\d+ gebote?\){_LINK}"),
    ("jetzt €", rf"\bjetzt €\d+[.,]\d\d\b{_LINK}"),
    ("preis", rf"\bpreis ?: ?\d+[.,]\d\d\b{_LINK}"),
    ("eur #", rf"\b\d+eur #\w+{_LINK}"),
)
Rules = tuple[tuple[Noise, str, re.Pattern[str]], ...]


def _rules(*groups: tuple[Noise, tuple[tuple[str, str], ...]]) -> Rules:
    return tuple((label, stem, re.compile(pattern)) for label, rules in groups for stem, pattern in rules)


OFFER_RULES = _rules((Noise.GIVEAWAY, _GIVEAWAYS), (Noise.JOB, _JOBS), (Noise.ADVERT, _ADVERTS))
RULES = _rules(
    (Noise.ADVERT, _DECLARED), (Noise.PRESS, PRESS), (Noise.BOT, BOTS), (Noise.SPAM, SPAM), (Noise.TROLL, TROLLS)
)
"""All others; an advert that says that it is one needs no further proof."""
