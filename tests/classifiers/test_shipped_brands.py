"""The shipped example brands on real turns of phrase."""

from __future__ import annotations

import pytest

from classifiers.brands import BrandMatch
from configs.brands import Brands
from configs.loading import SHIPPED, load
from tests.classifiers.samples import mention

MATCH = BrandMatch(load(SHIPPED / "brands.yaml", Brands))


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("Die Bahn steht seit 40 Minuten, keine Durchsage!", ["deutsche-bahn"]),
        ("Die DB muss an allen Bahnhöfen auf Verspätungen hinweisen", ["deutsche-bahn"]),
        ("Im ICE ist die Reservierung nicht angezeigt", ["deutsche-bahn"]),
        ("130 auf der Bahn, mit dem Motorrad ein Erlebnis", []),
        ("Ich hatte ein schönes Erlebnis in der U-Bahn", []),
        ("grab a bag of ice from the servo", []),
        ("@BVG_Ubahn Rolltreppe Hermannplatz defekt", ["bvg"]),
        ("@SBahnBerlin Aufzug Ostkreuz kaputt", ["sbahn-berlin"]),
        ("Danke #KVB", ["kvb"]),
        ("App stimmt nicht, @hochbahn", ["hochbahn"]),
        ("@RailService Lift in St. Gallen kaputt", ["sbb"]),
        ("ÖBB wieder zu spät", ["oebb"]),
        ("@RockstarSupport my GTA account is gone", ["rockstar"]),
        ("she danced like a rockstar", []),
        ("Minecraft won't start @MojangSupport", ["mojang"]),
        ("My Garmin Forerunner does not sync with the app", ["garmin"]),
        ("Honor Band 5 stops at 78%", ["huawei"]),
        ("an apple pie for my mother", []),
        ("Apple store told me to buy a new iPhone", ["apple"]),
        ("could not open the windows of the hotel", []),
        ("Windows update broke my PC", ["microsoft"]),
        ("@zoom_us host cannot share", ["zoom"]),
        ("Urlaub am Amazonas", []),
        ("The Amazon rainforest is on fire", []),
        ("amazons Paket ist weg", ["amazon"]),
    ],
)
def test_real_phrases(text, brands):
    assert MATCH.classify([mention(text)], {})["brands"] == [brands]
