from __future__ import annotations

import pytest

from classifiers.brands import BrandMatch
from configs.brands import Brand, Brands
from schemas.mention import Author
from tests.classifiers.samples import mention

BRANDS = Brands(
    brands=(
        Brand(
            id="deutsche-bahn",
            name="Deutsche Bahn",
            names=("DB", "Bahn"),
            products=("BahnCard",),
            staff=("Richard Lutz",),
            handles=("DB_Bahn",),
            homonyms=("Bahn", "DB"),
            context=("Zug", "Ticket", "Verspätung", "Deutsche Bahn"),
            not_context=("Autobahn", "Bahn frei", "Datenbank"),
        ),
        Brand(id="spotify", name="Spotify", handles=("Spotify", "SpotifyCares")),
        Brand(id="amazon", name="Amazon", handles=("amazon",), not_context=("Amazonas",)),
        Brand(id="bvg", name="BVG", handles=("BVG_Ubahn",), competitors=("deutsche-bahn", "spotify")),
        Brand(id="xiaomi", name="小米"),
    )
)
MATCH = BrandMatch(BRANDS)


def brands_of(text: str, **fields) -> list[str]:
    return MATCH.classify([mention(text, **fields)], {})["brands"][0]


def reasons_of(text: str, **fields) -> list[str]:
    return MATCH.classify([mention(text, **fields)], {})["brand_reasons"][0]


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("Die Deutsche Bahn kommt zu spät", "deutsche-bahn"),
        ("der Deutschen Bahn ist es egal", "deutsche-bahn"),
        ("ein Plan Deutscher Bahn", "deutsche-bahn"),
        ("#DeutscheBahn", "deutsche-bahn"),
        ("#DeutscheBahnChaos wie immer", "deutsche-bahn"),
        ("die Deutsche-Bahn-App", "deutsche-bahn"),
        ("Meine Bahncard-Störung nervt", "deutsche-bahn"),
        ("Bahncardkündigung", "deutsche-bahn"),
        ("mit BahnCards gibt es Rabatt", "deutsche-bahn"),
        ("Herr Richard Lutz antwortet nicht", "deutsche-bahn"),
        ("@DB_Bahn hallo?", "deutsche-bahn"),
        (".@db_bahn: hallo", "deutsche-bahn"),
        ("@DB_Bahn@bahn.social hallo", "deutsche-bahn"),
        ("DEUTSCHE BAHN!!", "deutsche-bahn"),
        ("Spotifys neue App", "spotify"),
        ("Spotify's app", "spotify"),
        ("l’app di Spotify, per favore", "spotify"),
        ("Spotfy stürzt ab", "spotify"),
        ("Spoitfy stürzt ab", "spotify"),
        ("'Spotify'", "spotify"),
        ("d'Amazon", "amazon"),
        ("die bvg wieder", "bvg"),
        ("我的小米手机坏了", "xiaomi"),
        ("买了Amazon的东西", "amazon"),
    ],
)
def test_a_brand_is_found(text, brand):
    assert brands_of(text) == [brand]


@pytest.mark.parametrize(
    "text",
    [
        "Die Autobahn ist voll", "Die S-Bahn fährt", "im Amazonasgebiet", "am Amazonas", "Bahnhof", "BVGX", "xSpotify",
        "jemand@DB_Bahn.de", "@DB_BahnFan", "@notspotify", "Aspotify", "Kotify", "spotty", "Urlaub",
    ],
)  # fmt: skip
def test_another_word_is_not_the_brand(text):
    assert brands_of(text) == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Die Bahn kommt", False),
        ("Die Bahn kommt, mein Zug auch", True),
        ("Ich hab die Bahn verpasst, das Ticket ist hin", True),
        ("Tickets gibt's bei der Bahn", True),
        ("Bahn frei, hier kommt der Zug", False),
        ("Auf der Autobahn fährt kein Zug, auch keine Bahn", False),
        ("unsere DB ist eine Datenbank, kein Zug", False),
        ("Bahn Bahn Bahn", False),
        ("Die Deutsche Bahn, ach die Bahn", True),
    ],
)
def test_a_homonym_counts_only_with_a_witness_and_no_alibi(text, counts):
    assert (brands_of(text) == ["deutsche-bahn"]) is counts
    assert any(r.startswith("brand:homonym-unproven:") for r in reasons_of(text)) is not counts


def test_a_homonym_is_not_proven_by_itself():
    odd = Brands(brands=(Brand(id="b", name="Zug", homonyms=("Zug",), context=("Zug",)),))
    assert BrandMatch(odd).classify([mention("Zug Zug Zug")], {})["brands"] == [[]]


def test_a_homonym_is_never_found_by_a_misspelling():
    odd = Brands(brands=(Brand(id="b", name="Windows", homonyms=("Windows",), context=("PC",)),))
    assert BrandMatch(odd).classify([mention("Window am PC")], {})["brands"] == [[]]


def test_the_tail_of_a_hyphenated_word_is_no_homonym_and_the_head_is():
    assert brands_of("Die S-Bahn ist auch ein Zug") == []
    assert brands_of("Die Bahn-App kennt meinen Zug nicht") == ["deutsche-bahn"]


def test_a_homonym_heads_no_closed_compound():
    odd = Brands(brands=(Brand(id="b", name="Windows", homonyms=("Windows",), context=("PC",)),))
    found = BrandMatch(odd).classify([mention("Windowshopping statt PC"), mention("Windows auf dem PC")], {})
    assert found["brands"] == [[], ["b"]]


def test_terms_name_brand_and_configured_word():
    found = MATCH.classify([mention("der Deutschen Bahn ihre #bahncard, @db_bahn")], {})
    assert found["brand_terms"] == [
        ["deutsche-bahn:Bahn", "deutsche-bahn:BahnCard", "deutsche-bahn:DB_Bahn", "deutsche-bahn:Deutsche Bahn"]
    ]
    assert found["brand_reasons"] == [
        [
            "brand:handle:deutsche-bahn:db_bahn",
            "brand:name:deutsche-bahn:bahn",
            "brand:name:deutsche-bahn:deutsche-bahn",
            "brand:product:deutsche-bahn:bahncard",
        ]
    ]


def test_a_misspelling_says_so():
    assert reasons_of("Spotfy") == ["brand:misspelling:spotify:spotify"]


def test_a_brands_own_post_is_marked_and_belongs_to_it():
    found = MATCH.classify([mention("Guten Morgen", handle="SPOTIFYCARES"), mention("Guten Morgen", handle="ich")], {})
    assert found["author_is_brand"] == [True, False]
    assert found["brands"] == [["spotify"], []]


def test_an_answer_to_a_brand_is_about_the_brand():
    assert brands_of("und jetzt?", parent_author="@DB_Bahn") == ["deutsche-bahn"]
    assert brands_of("und jetzt?", parent_author="jemand") == []


def test_whether_a_brand_wrote_the_parent_is_said():
    mentions = [mention("ja", parent_author="@DB_BAHN"), mention("ja", parent_author="jemand"), mention("ja")]
    assert MATCH.classify(mentions, {})["parent_is_brand"] == [True, False, False]
    own = MATCH.classify([mention("ja", handle="DB_Bahn", parent_author="jemand")], {})
    assert (own["author_is_brand"], own["parent_is_brand"]) == ([True], [False])


def test_a_reply_that_names_no_brand_is_about_what_its_parent_names():
    found = MATCH.classify([mention("bei mir auch", parent_text="Spotify stürzt ab, Amazon nicht")], {})
    assert found["brands"] == [["amazon", "spotify"]]
    assert found["brand_reasons"] == [["brand:parent-text:amazon", "brand:parent-text:spotify"]]
    assert found["brand_terms"] == [[]], "the terms are words of the post itself"


def test_a_brand_named_in_the_reply_keeps_the_parents_text_out():
    assert reasons_of("bei Amazon auch", parent_text="Spotify stürzt ab") == ["brand:name:amazon:amazon"]


def test_the_parents_author_is_asked_before_its_text():
    assert reasons_of("und jetzt?", parent_author="DB_Bahn", parent_text="Hören Sie solange Spotify") == [
        "brand:parent:deutsche-bahn"
    ]


def test_an_own_answer_is_not_about_what_a_customer_names():
    assert reasons_of("Das tut uns leid", handle="DB_Bahn", parent_text="Spotify ist besser") == [
        "brand:own:deutsche-bahn"
    ]


@pytest.mark.parametrize(
    ("parent_text", "brands"),
    [
        ("Die Bahn hat wieder Verspätung", ["deutsche-bahn"]),
        ("Die Bahn ist frei", []),
        ("Stau auf der Autobahn, die Bahn hat Verspätung", []),
        ("Spo\u00adtify", ["spotify"]),
        ("", []),
        (None, []),
    ],
)
def test_a_parents_text_is_read_as_any_text(parent_text, brands):
    assert brands_of("dito", parent_text=parent_text) == brands


def test_a_homonym_unproven_in_the_reply_stays_said_beside_its_parents_brand():
    assert reasons_of("typisch Bahn", parent_text="Deutsche Bahn: Zug fällt aus") == [
        "brand:homonym-unproven:bahn", "brand:parent-text:deutsche-bahn",
    ]  # fmt: skip


def test_two_brands_are_sorted():
    assert brands_of("Spotify oder Amazon?") == ["amazon", "spotify"]


def test_no_brands_at_all_find_nothing():
    assert BrandMatch(Brands(brands=())).classify([mention("Spotify")], {})["brands"] == [[]]


def test_the_title_counts():
    assert brands_of("geht nicht", title="Spotify stürzt ab") == ["spotify"]


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("#DankeSpotify", ["spotify"]),
        ("#BVGStreik", ["bvg"]),
        ("#DankeDeutscheBahn", ["deutsche-bahn"]),
        ("#dankespotify", []),
        ("#BahnStreik, der Zug fällt aus", ["deutsche-bahn"]),
        ("#SBahn, der Zug fällt aus", []),
        ("#StadtBahn, der Zug fällt aus", []),
        ("DankeSpotify", []),
        ("#BahnTicket", []),
        ("Die Bahn ist voll #ZugTicket", ["deutsche-bahn"]),
        ("Die Bahn ist voll #MeinTicket", []),
    ],
)
def test_a_hashtag_is_read_by_its_capitals_and_is_no_witness(text, brands):
    assert brands_of(text) == brands


def test_a_name_may_carry_the_number_of_a_model_or_train():
    trains = Brand(
        id="b", name="Vivofit", names=("ICE", "Honor Band", "O2"), homonyms=("ICE",), context=("Gleis",)
    )  # fmt: skip
    match = BrandMatch(Brands(brands=(trains,)))

    def found(text: str) -> bool:
        return match.classify([mention(text)], {})["brands"] == [["b"]]

    assert found("vivofit3 defekt") and found("HonorBand5") and found("Honor Band5") and found("VivofitNote3")
    assert found("ICE955 am Gleis") and not found("ICE955")
    assert not found("vivofit12345") and not found("O2345") and not found("vivofit3a")


@pytest.mark.parametrize("text", ["Spotifye", "Spotifya", "spotifyte?"])
def test_a_word_that_goes_on_after_the_name_is_derived_not_misspelt(text):
    assert "brand:misspelling:spotify:spotify" not in reasons_of(text)


def test_a_doubled_last_letter_is_a_misspelling():
    assert reasons_of("Spotifyy") == ["brand:misspelling:spotify:spotify"]


def test_the_plural_of_a_homonym_is_never_the_brand():
    assert brands_of("Zwei Bahnen, kein Zug") == []
    assert brands_of("Bahns Zug") == ["deutsche-bahn"]


SHOP = BrandMatch(
    Brands(
        brands=(
            Brand(id="plain", name="Plainco", handles=("plainco",)),
            Brand(id="pinned", name="Pinnedco", handles=("pinnedco", "pinnedco@pinned.social")),
            Brand(id="did", name="Didco", handles=("did:plc:ewvi7nxzyoun6zhxrhs64oiz",)),
        )
    )
)
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


@pytest.mark.parametrize(
    ("account", "own", "answered"),
    [
        ("PlainCo", True, ["plain"]),
        ("plainco@evil.example", False, ["plain"]),
        ("pinnedco", True, ["pinned"]),
        ("PinnedCo@Pinned.social", True, ["pinned"]),
        ("pinnedco@evil.example", False, []),
        ("pinnedco@pinned.social.evil.example", False, []),
        ("fan@plainco", False, []),
        (DID, True, ["did"]),
        ("did:plc:other", False, []),
    ],
)
def test_only_the_account_with_its_server_speaks_for_a_brand_and_who_answers_another_may_mean_it(
    account, own, answered
):
    found = SHOP.classify([mention("ja", handle=account), mention("ja", parent_author=f"@{account}")], {})
    assert found["author_is_brand"] == [own, False]
    assert found["parent_is_brand"] == [False, bool(answered)]
    assert found["brands"][1] == answered


def test_where_a_source_names_no_handle_the_id_tells_a_brands_own_post():
    by_id = mention("ja").model_copy(update={"author": Author(id=DID)})
    other = mention("ja").model_copy(update={"author": Author(id=DID, handle="somebody")})
    assert SHOP.classify([by_id, other], {})["author_is_brand"] == [True, False]


def test_a_name_of_one_meaning_does_not_count_in_a_phrase_of_not_context():
    amazon = Brand(id="amazon", name="Amazon", not_context=("rainforest", "Amazon rainforest", "Amazon-Regenwald"))
    match = BrandMatch(Brands(brands=(amazon,)))

    def found(text: str) -> bool:
        return match.classify([mention(text)], {})["brands"] == [["amazon"]]

    assert not found("The Amazon Rainforest is on fire") and not found("Der Amazon-Regenwald brennt")
    assert found("Amazon: my book on the Amazon rainforest never came") and found("#AmazonFail the Amazon rainforest")
    assert found("Amazon lost my rainforest poster")


@pytest.mark.parametrize(
    ("post", "named"),
    [
        (mention("Lieber BVG als Deutsche Bahn"), ["brand:competitor:deutsche-bahn:of:bvg"]),
        (mention("Lieber BVG", parent_author="DB_Bahn"), ["brand:competitor:deutsche-bahn:of:bvg"]),
        (mention("Ich auch", parent_text="Spotify in der BVG"), ["brand:competitor:spotify:of:bvg"]),
        (mention("Deutsche Bahn und Spotify"), []),
        (mention("Lieber BVG als Bahn fahren"), []),
    ],
)
def test_a_competitor_that_is_meant_too_is_said(post, named):
    """Written, answered, or in the parent's text; not where nobody lists it, nor an unproven homonym."""
    reasons = MATCH.classify([post], {})["brand_reasons"][0]
    assert [reason for reason in reasons if "competitor" in reason] == named
