"""Rules of noise in words: press, bots, spam, trolls. The form is that of noise_rules.py: a stem and a pattern.

Feeds betray themselves by their form: a status in fixed words, the mark of an agency, a headline that a machine cut.
`press` wants an address or an agency's mark, and nothing said in the first or second person: who passes an article on
with words of their own may want an answer. `troll` wants a word of political hate, not an insult: whoever swears at a
late parcel is angry, and has a case."""

from __future__ import annotations

_URL = r"https?\S*"
_PERSONS = (
    r"ich|mir|mich|mein\w*|wir|uns|unsere?\w*|euch|ihr|eure?\w*|i|my|me|we|our|you|your|je|mon|ma|mes|nous|vous|"
    r"moi|io|mio|mia|noi|voi|yo|mi|nosotros|tu"
)
_IMPERSONAL = rf"^(?!\W*@)(?!öamtc )(?!.*(?:\?|\b(?:{_PERSONS})\b))"  # no reply, no question, nobody speaking
_OTHER_SHARES = r"(?!.*(?:\byoutube\b|\bebay\b|\blet'?s play\b|\bhd\b))"  # videos and wares are shared `via` too
_AGENCIES = r"dpa|afp|apa|ots|reuters|adnkronos|ansa|bild|efe|sid|epd|kna"
_OUTLETS = (
    r"s[uü]e?ddeutsche(?:\.de| zeitung)|spiegel online|zeit online|welt online|bild\.de|stern\.de|focus online|n-tv|"
    r"tagesschau|tagesspiegel|handelsblatt|nzz|orf\.at|heise online|nachrichten\.at|[\w-]{3,}-(?:zeitung|nachrichten|"
    r"anzeiger|tageblatt|rundschau)|le monde|le figaro|france (?:2|3|info)[\w -]{0,30}|sciences et avenir|"
    r"il messaggero|la repubblica|corriere della sera|el país|el mundo|bbc news|the guardian"
)
_NO_NEWS = (  # offers, and what a machine cut of a report that something is broken
    r"(?!.*(?:\bsucht\b|\bsuche\b|\bjobs?\b|verkauf|preis|\beur\b|€|gewinn|\bm/w\b|\bh/f\b|kaufen|kostenlos|"
    r"meldung|störung|defekt|kaputt))"
)

PRESS = (
    ("via @", rf"{_IMPERSONAL}{_OTHER_SHARES}.{{30,}}(?:{_URL}\W+via @\w+|\bvia @\w+\W+{_URL})"),
    ("pol-", r"^pol-[a-zäöüß-]+: "),
    ("(", rf"\((?:{_AGENCIES})\b[^)]{{0,20}}\)"),
    ("polizei", rf"{_IMPERSONAL}polizei\w+ [^.!?:]{{2,60}}(?: - |: ).*{_URL}"),
    ("zeugen", rf"{_IMPERSONAL}.*\bzeugen\b.{{0,60}}\bgesucht\b.*{_URL}"),
    ("presse", rf"presse(?:mitteilung|aussendung)\b.*{_URL}"),
    ("news", rf"{_URL}.*#news\b|#news\b\W*$|^\[?news(?:ticker|\]| aus| des).*{_URL}"),
    ("nachrichten", rf"{_URL}.*#(?:die)?nachrichten\b"),
    ("ticker", rf"{_IMPERSONAL}.*\b(?:news-?|live-?)ticker\b.*{_URL}"),
    ("http", rf"{_IMPERSONAL}.*[-–|] (?:{_OUTLETS})\W+{_URL}"),
    (":", rf"{_IMPERSONAL}(?:{_OUTLETS}) ?: .*{_URL}"),
    (": ", rf"{_IMPERSONAL}{_NO_NEWS}[^:!@#]{{12,100}}: [^!@#]{{15,}}(?:\.\.\.|…) {_URL}(?:\s#\w+)*$"),
)
BOTS = (
    ("changed state", r"has changed state (?:from \w+ )?to \w+$"),
    ("#t2", r"\baufzug\b.*\b(?:gestört|defekt)\b.*#t2$"),
    (
        "aufzug zu gleis",
        r"^[\w .()/-]+, aufzug zu gleis \S+ ist (?:wieder )?(?:defekt|betriebsbereit)\.?(?: \(\d\d:\d\d\))?$",
    ),
    ("meldet", r"^öamtc meldet: "),
    ("+++", rf"^\[[\w .-]{{2,20}}\] .*\+\+\+ {_URL}$"),
    ("stadtverkehr", r"^#verkehr stadtverkehr: "),
    ("stau", r"^[ab]\d{1,3}: stau\b"),
    ("ich habe ein", r"^ich habe ein @?\w+-?video .*(?:positiv bewertet:|-playlist hinzugefügt:)"),
    ("ich habe ein video", r"^ich habe ein video zu einer @\w+-playlist hinzugefügt:"),
    ("i liked a", r"^i liked a (?:@\w+ video|photo on @?\w+)"),
    ("i added a video", r"^i added a video to a @\w+ playlist"),
    ("kommentar zu", rf"^kommentar zu .{{3,100}} von \w+ {_URL}$"),
    ("using", r"\busing \(id \d"),
    ("subject to", r"^buses .*\bmay be subject to (?:diversion|delays)"),
    ("humidity", r"\btemp(?:erature)?\b.{0,40}\bhumidity\b"),
)
SPAM = (
    ("#", rf"#(?:big ?tit\w*|titten|boobs|xxx|porn|nsfw|ficktreffen|bumsen|milf|camgirls?|camsex)\b.*{_URL}"),
    ("#", rf"{_URL}.*#(?:xxx|porn|ficktreffen|milf|camsex|dicketitten|strip)\b"),
    ("http", rf"\b(?:sex ?porno?|porno? ?sex|sex ?chat|camsex)\b.*{_URL}"),
    ("viagra", r"\bviagra\b.*\b(?:kaufen|billig|buy|cheap|order)\b"),
    ("sms kontakte", rf"^sms kontakte .*{_URL}"),
    ("seguimi", r"#rt seguimi\b|\bseguimi e ti seguo\b"),
    ("followers", r"\blista aumenta followers\b"),
    ("follow", r"#teamfollowback\b|#followback\b|#follow4follow\b|#siguemeytesigo\b"),
    ("backlink", rf"{_URL}.*#backlinks?\b"),
    ("download", r"https?://\w+download\w*\.tk\b"),
    ("lavoro da casa", rf"\blavoro da casa\b.*{_URL}"),
)
TROLLS = (
    ("invasoren", r"\binvasoren\b"),
    ("nafri", r"\bnafris?\b"),
    ("gesindel", r"\bgesindel\b"),
    ("abschaum", r"\babschaum\b"),
    ("verräter", r"\bvolksverräter\w*"),
    ("presse", r"\blügenpresse\b"),
    ("journalist", r"\b(?:schweine|drecks)journalist\w*"),
    ("kanak", r"\bkanak\w*"),
    ("musel", r"\bmusel(?:s|n|mann|männer|manen|pack)?\b"),
    ("gutmensch", r"\bgutmenschen\b"),
    ("klatscher", r"\bbahnhofsklatscher\w*"),
    ("umvolkung", r"\bumvolkung\b"),
    ("schmarotzer", r"\b(?:asyl|sozial)schmarotzer\w*"),
    ("untermensch", r"\buntermensch\w*"),
    ("rapefugee", r"\brapefugees?\b"),
    ("versifft", r"\blinks-?grün\w*[ -]?versifft\w*"),
)
