from __future__ import annotations

import pytest

from classifiers.noise import NoiseMarks
from classifiers.simhash import fingerprint
from schemas.mention import Relation
from tests.classifiers.samples import mention

MARKS = NoiseMarks()


def noise_of(text: str, **fields) -> list[str]:
    return MARKS.classify([mention(text, **fields)], {})["noise"][0]


def print_of(text: str) -> int:
    return MARKS.classify([mention(text)], {})["fingerprint"][0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("RT @DB_Bahn: Guten Morgen", "repost"),
        ("GEWINNSPIEL! Folgt uns und gewinnt", "giveaway"),
        ("Folgen + RT = eine Chance", "giveaway"),
        ("Follow us for a chance to win an iPad", "giveaway"),
        ("Es gibt 3 Karten zu gewinnen", "giveaway"),
        ("Aimez et tentez de gagner deux places", "giveaway"),
        ("¡SORTEO! Sigue y gana", "giveaway"),
        ("Partecipa: in palio due biglietti", "giveaway"),
        ("Mechatroniker (m/w/d) in Köln", "job"),
        ("We're hiring a data engineer", "job"),
        ("Wir suchen DICH als Zugbegleiter:in", "job"),
        ("Wir suchen Entwickler", "job"),
        ("Lokführer dringend gesucht", "job"),
        ("La Poste recrute 40 facteurs", "job"),
        ("Oferta de empleo en Madrid", "job"),
        ("CERCASI pizzaiolo", "job"),
        ("Anzeige: Jetzt Strom wechseln", "advert"),
        ("20% off all shoes https://shop.example/x", "advert"),
        ("Jetzt bis zu 45 % Rabatt auf Matratzen", "advert"),
        ("-20 % de réduction ici https://x.example", "advert"),
        ("20 % de descuento en https://x.example", "advert"),
        ("20% di sconto su https://x.example", "advert"),
        ("Siku Mischer. Jetzt €29.98 (-€6.00) https://t.co/x", "advert"),
        ("Etui original NEU: EUR 2,70 (3 Gebote)Enddatum https://t.co/x", "advert"),
        ("@user Enter our competition to win a puzzle, just follow and RT", "giveaway"),
        ("Bis zu 45 % Rabatt, nicht verpassen! Nur solange der Vorrat reicht", "advert"),
        ("Dead phone? Don't wait: 20% off all repairs https://shop.example/x", "advert"),
        ("Schöne Reise #texel [Anzeige] #travel", "advert"),
        ("Retweeted Deutsche Bahn (@DB_Info): Störung", "repost"),
        ("POL-K: 150806-2-K Rollstuhlfahrerin bestohlen", "press"),
        ("Gehbehinderter am Bahnhof überfallen https://t.co/x via @zeitung", "press"),
        ("Unfall am Bahnhof: Ein Rollstuhlfahrer ist am Mittag auf der Rampe... https://t.co/x #Berlin", "press"),
        ("Rampe gestohlen - Zeugen gesucht https://t.co/x", "press"),
        ("Rollstuhlfahrer stirbt nach Unfall - Tagesspiegel https://t.co/x", "press"),
        ("Batteriebrand: Bad Bentheim (ots) - Am Sonntag geriet ein Raum in Brand", "press"),
        ("Hagen Hbf: Aufzug zu Gleis 7-10 has changed state from UNKNOWN to ACTIVE", "bot"),
        ("Infolge einer technischen Störung ist der Aufzug im Bahnhof Burg Gleis 1 gestört. #T2", "bot"),
        ("Nürnberg Hbf, Aufzug zu Gleis 16/17 ist defekt. (12:04)", "bot"),
        ("[MVG] Linie 16: #Umleitung #München +++ https://t.co/x", "bot"),
        ("Ich habe ein @YouTube-Video positiv bewertet: https://t.co/x Aufzug", "bot"),
        ("#ficktreffen Dreist! https://t.co/x #dirty", "spam"),
        ("#rt seguimi e ti seguo", "spam"),
        ("viagra sehr billig kaufen", "spam"),
        ("Die Lügenpresse tobt", "troll"),
        ("@a https://t.co/x", "link_only"),
        ("@a @b @c @d @e @f @g @h hallo", "mention_storm"),
        ("#a #b #c #d #e #f #g #h hallo", "hashtag_storm"),
        ("neeeeeein", "repeated_chars"),
        ("was?!!!!!!!", "repeated_chars"),
    ],
)
def test_noise_is_marked(text, label):
    assert label in noise_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ich hab im Casino ein Auto gewonnen und es ist weg",
        "das war so schwer zu gewinnen",
        "Rabattcode geht nicht!",
        "Die Anzeige: Bahn fährt nicht",
        "Wann kommt der Zug? https://t.co/x",
        "Mein Job ist weg wegen eurer Verspätung",
        "I sold it, do you offer free shipping?",
        "Suche seit Stunden den Fahrer",
        "Die Anzeigetafel ist kaputt",
        "Ich will keine Werbung",
        "Wer gewinnt heute?",
        "he/she (him/her) said no",
        "I have 2 codes, none works",
        "Sind jetzt 4 Tage und die 80 % Rabatt hab ich nicht",
        "Wir suchen eine Lösung",
        "cooler Zug",
        "Ihr bekommt 0 % Rabatt für so einen Service? Nein danke",
        "@DB_Bahn der Aufzug zu Gleis 7 ist defekt.",
        "Aufzug zu Gleis 7 defekt, ich komme nicht hoch. https://t.co/x via @app",
        "Warum ist das immer noch so und wer hilft da weiter? https://t.co/x via @zeitung",
        "Mein Paket: seit drei Wochen unterwegs und niemand weiß etwas davon... https://t.co/x",
        "Bürgermeldung: Zwei Straßenbeleuchtungen sind defekt, direkt vor der Aufnahme... https://t.co/x",
        "Ihr Arschlöcher, wo bleibt mein scheiß Paket",
        "Idioten! Der Aufzug ist schon wieder kaputt",
        "Zeugen, die den Fahrer sahen, gesucht",
        "Polizei sucht Fahrer nach Unfall am Bahnhof",
        "@DB_Bahn Rolltreppen in Köln wieder ohne Strom seit Tagen https://t.co/x via @app",
        "Hier gibt es sexy Züge https://t.co/x",
        "Your state has changed, fix it",
        "Preis: 20.00 und dann kaputt geliefert",
        "@Amazon promised free shipping but charged me 4.99, see https://t.co/x",
        "Habe mit Gutscheincode ABC10 bestellt, Rabatt fehlt @amazonDE",
        "your 20% off code does not work https://t.co/x",
        "@DB_Bahn beide Toiletten (m/w) seit Stunden defekt",
        "Euer Gewinnspiel ist Abzocke, Gewinn kam nie",
        "@shop 20% off? Where? https://t.co/x",
        "Seit Wochen (m/w) Umkleiden in Köln kaputt",
        "Beim Gewinnspiel gewonnen und den Preis nie bekommen",
        "Won your giveaway and still no prize",
        "Free shipping is a scam, paid 9.99 https://t.co/x",
        "Le code -20 % de réduction ne marche pas https://t.co/x",
        "El 20 % de descuento no funciona https://t.co/x",
        "Il 20% di sconto non funziona https://t.co/x",
    ],
)
def test_an_honest_post_is_not_marked(text):
    assert noise_of(text) == []


def test_a_repost_by_relation_is_a_repost():
    assert noise_of("Guten Morgen", relation=Relation.REPOST) == ["repost"]
    assert noise_of("Guten Morgen", relation=Relation.QUOTE) == []


def test_labels_are_sorted_and_reasons_follow():
    found = MARKS.classify([mention("RT @x: We're hiring #a #b #c #d #e #f #g #h")], {})
    assert found["noise"] == [["hashtag_storm", "job", "repost"]]
    assert found["noise_reasons"] == [["noise:hashtag_storm", "noise:job:hiring", "noise:repost"]]


def test_copies_share_a_fingerprint_whoever_posts_them():
    text = "Der Aufzug am Gleis 3 ist seit Wochen kaputt und niemand kümmert sich"
    assert print_of(text) == print_of(f"RT @jemand: {text} https://t.co/abc") == print_of(f"@DB_Bahn {text.upper()}")


def test_a_near_copy_is_near_and_another_text_far():
    text = "Der Aufzug am Gleis 3 ist seit Wochen kaputt und niemand kümmert sich um die Leute mit Kinderwagen"
    near = (print_of(text) ^ print_of(text + " echt")).bit_count()
    far = (print_of(text) ^ print_of("My parcel never arrived and your support does not answer at all")).bit_count()
    assert near <= 10
    assert far >= 20


@pytest.mark.parametrize("text", ["", "@user https://t.co/x", "   "])
def test_a_text_without_words_has_fingerprint_0(text):
    assert print_of(text) == 0


def test_a_fingerprint_fits_64_unsigned_bits_and_emoji_have_one():
    assert 0 < print_of("😡😡") < 2**64
    assert 0 < fingerprint("a") < 2**64
