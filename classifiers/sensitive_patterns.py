"""Patterns of sensitive matters: a stem, and what must stand near it. The words are in sensitive_rules.py.

A pattern is searched for in the hundred characters on either side of its stem, stem included, and only there, which
bounds its cost whatever the length of the text."""

from __future__ import annotations

from classifiers.sensitive_rules import Matter

_PEOPLE = r"(?:person|mensch|kind|frau|mann|fußgänger|radfahrer|rollstuhl|rollator|fahrrad|betrunken|oma|senior)"
_BODY = r"(?:back|shoulder|arm|leg|foot|feet|knee|hand|finger|head|neck|ankle|eye|face|skin|wrist|hip|nose|rib|tooth)s?"
_THINGS = r"(?:phone|battery|charger|car|bus|train|house|building|hotel|oven|laptop|watch|room|kitchen|plane|engine|it)"
_DATA = r"(?:data|info\w*|details|e-?mails?|contacts|passwords?|photos|identity)"
_MISUSED = r"\b(?:abus|misus|leak|shar|expos|loot|harvest)"
_TRAPPED = r"(?:\bsteck|gefangen|eingesperrt|eingeschlossen|befrei|\bperson(?:en)? in\b|stuck|trapped|locked in)"
_FOREIGN = (  # in food
    "splitter", "scherbe", "schraube", "metall", "plastik", "draht", "shard", "glass", "metal", "screw", "wire",
    "plastic", "frammenti", "cristal", "ijzerdraad",
)  # fmt: skip
_FOOD = (
    r"\b(?:pizza|brot|salat|suppe|burger|essen|wurst|müsli|\w*nahrung|joghurt|teig|\w*spinat|schnitte|mund|zahn|gaumen|"
    r"biss|food|salad|soup|sandwich|bread|cereal|tuna|jar|tin|pouch|porridge|mouth|tooth|molar|bit (?:into|through)|"
    r"chew\w*|swallow\w*|compote|repas|assiette|bouche|comida|ensalada|plato|boca|cibo|piatto|latte|bocca|eten|"
    r"gehakt\w*|tand|mond)\b"
)
_DISABLED_GERMAN = (
    "rollstuhl", "rolli", "rollator", "behindert", "behinderung", "gehörlos", "blinde", "mobilitätsein",
)  # fmt: skip
_SHUT_OUT = (  # beside one of these
    r"(?:weiger|verwehr|nicht mit(?:ge)?(?:nomm|nehm|nimm|fahr)|stehen ?(?:ge)?lass|einfach stehen|"
    r"\bl[aä]ss(?:en|t)\b.{0,80}(?:stehen|draußen|zurück)|zurückge?lass|im stich|rausge(?:worf|schmiss)|rauswurf|"
    r"aus dem (?:zug|bus) |abgewiesen|aus(?:ge)?sperr|ausgelacht|\blach(?:en|t|ten)\b|verspott|beschimpf|beleidig|"
    r"\bmotz|ange(?:pöbelt|schrien|schnauzt|ranzt|blafft)|beförder|ausgeschl|ausschließ|schließen sie|"
    r"(?:dürfen|darf) nicht|nicht (?:rein|raus|ins|in den|aus der|möglich)|"
    r"(?:kann|können|kommt|kommen) nicht (?:mit|in |aus |zu[rm]? |auf )|nicht .{0,50}(?:fahren|reisen|nutzen) können|"
    r"schlechter|gedemütigt|unmöglich|schikan|herzlos|zweiter klasse|keine chance)"
)
_DISABLED = (  # and who is turned away as often
    "wheelchair", "disabled", "guide dog", "service dog", "deaf", "handicap", "fauteuil roulant", "silla de ruedas",
    "discapacit", "disabil", "carrozzina", "rolstoel", "hijab", "headscarf", "turban",
)  # fmt: skip
_REFUSED = (  # beside one of these
    r"\b(?:refus|den(?:y|ied)|turned away|not allowed|(?:wouldn'?t|won'?t|not) let|left (?:behind|stranded|waiting)|"
    r"kicked out|mock|laugh|insult|no access|(?:pulled|drove) (?:off|away)|(?:in|not )accessible|humili|interdi|exclu|"
    r"pas accessible|rechaz|negar|negó|no (?:le|me|nos|la|lo) (?:dej|permit)|rifiut|negat|esclus|geweiger|weiger|"
    r"niet (?:mee|naar binnen)|buitengesloten)"
)


PATTERNS: dict[Matter, tuple[tuple[str, str], ...]] = {
    Matter.CRIME: (
        ("pol-", r"^b?pol-"),
        ("anzeige", r"\banzeige (?:ist |wird )?(?:erstatt|folgt|läuft|raus|gegen|wegen|bei der polizei)"),
        ("täuschend", r"\btäuschend echt"),
        ("polizei", r"polizei\w*\b.{0,60}\b(?:sucht|ermittelt|zeugen|anzeigen?\b)"),
        ("mord", r"(?<![a-zäöü])(?:raub|doppel)?mord(?:e|es|fall|anschlag|versuch\w*)?\b"),
        ("einbruch", r"(?<![a-zäöü])(?:wohnungs|keller|laden)?einbruch(?! der)"),
        ("anschl", r"\banschl(?:ag|äge)\b"),
        ("schlug", r"\bschlug (?:ihn|sie|ihr|ihm|mich|mir|den|einen|einem|auf|zu)\b"),
        ("schlagen", r"\b(?:zu|wurden?|mit der faust|ins gesicht|brutal|und) (?:ge)?schlagen\b"),
        ("kaputt", r"\bkaputt (?:treten|schlagen|hauen)\b"),
        ("zerstör", r"eigentum.{0,40}zerstör|zerstör.{0,40}eigentum|mutwillig.{0,20}zerstör"),
        ("umbring", r"\b(?:euch|ihn|alle)\b.{0,30}\bumbring"),
        ("bring", r"\bbring\w* (?:euch|dich|ihn|sie) (?:alle )?um\b"),
        ("dir", r"\bich (?:hau|schlag|stech|ritz|tret|brech|polier)\w*'? dir\b"),
        (
            "euch",
            r"\bich (?:hau|schlag|stech|knall|mach|tret|fackel|zünd)\w*'? euch .{0,20}\b(?:ab|an|nieder|tot|um)\b",
        ),
        ("flüchtet", r"\b(?:unfall|täter|fahrer)\b.{0,80}flüchtet"),
        ("brach", r"\bbrachen? .{0,80}\bein\b"),
        ("steal", r"(?<!\ba )\bsteal(?:s|ing)?\b(?! the show)"),
        ("theft", r"(?<!grand )\btheft"),
        ("attack", r"(?<!heart )(?<!panic )(?<!asthma )\battack(?:ed|ers?)\b"),
        ("corrupt", r"\bcorrupt(?:ion)?\b(?!.{0,10}(?:file|data|save))"),
        ("criminal", r"\bcriminals?\b(?! (?:enterprise|mastermind))"),
        ("gun", r"\b(?:with|had|pulled) (?:a |his |her )?guns?\b"),
        ("bomb", r"\b(?:a|the) bomb (?:in|on|at|was|is|under)\b"),
        ("kill", r"\b(?:will|gonna|going to|i'll) kill (?:you|him|her|them|everyone|all)\b"),
        ("burn", r"\b(?:will|gonna|going to|i'll) burn (?:your|the|this) .{0,30}\bdown\b"),
        ("blow", r"\bblow (?:up |it up|your head|you up)"),
        ("be killed", r"\b(?:should|deserves? to) be killed\b"),
        ("be shot", r"\b(?:should|deserves? to) be shot\b"),
        ("fake", r"\bfake (?:e-?mail|website|site|shop|invoice|calls?)s?\b"),
        ("faux", r"\bfaux (?:e-?mail|mail|sms|site|message)s?\b"),
        ("plainte", r"\bplainte (?:contre|à la police)\b"),
        ("matar", r"\b(?:voy|vamos) a matar"),
    ),
    Matter.DATA_BREACH: (
        *(
            (
                stem,
                rf"\b{stem} (?:\w+ ){{0,4}}(?:us(?:ed|ing)|chang(?:ed|ing)|access\w*|sign(?:ed|ing)|logg\w+|got|stole) "
                r"(?:\w+ ){0,4}(?:into|my|in|up)\b",
            )
            for stem in ("someone", "somebody")
        ),
        ("attempt", r"\b(?:was|someone) (?:\w+ )?attempt\w* .{0,20}\b(?:sign|log)\w* ?in|\b(?:login|sign-?in) attempt"),
        (
            "didn't",
            r"\b(?:password|account|e-?mail|card|charge).{0,99}\bi didn't (?:change|request|authori[sz]e|order)",
        ),
        ("password", r"\bpassword (?:\w+ )?(?:got|was|been) changed\b"),
        ("card", r"\bcard (?:\w+ ){0,6}(?:hacked|leaked|cloned|compromised|skimmed)\b"),
        ("sell", rf"\bsell(?:ing)? (?:\w+ ){{0,2}}{_DATA}\b"),
        ("sold", rf"\bsold (?:\w+ ){{0,2}}{_DATA}\b"),
        ("steal", rf"\bsteal(?:s|ing)? (?:\w+ ){{0,2}}{_DATA}\b"),
        ("stole", rf"\bstolen? (?:\w+ ){{0,2}}{_DATA}\b"),
        ("leak", rf"\bleak\w* (?:\w+ ){{0,2}}{_DATA}\b|\b(?:{_DATA}|ip) (?:\w+ ){{0,3}}leak(?:ed|s)?\b"),
        (
            "personal",
            rf"{_MISUSED}.{{0,60}}\bpersonal (?:data|info|details)|\bpersonal (?:data|info|details).{{0,60}}{_MISUSED}",
        ),
        (
            "privacy",
            r"\bprivacy (?:violat|breach|invasion|scandal|abus)|\b(?:violat|inva|breach)\w* (?:of )?(?:\w+ )?privacy\b",
        ),
        ("malware", r"\b(?:is|has|contains|with|of|and|spyware .) malware\b"),
        ("virus", r"\b(?:full of|contains|gave me|contient un|tiene|con) (?:a )?virus\b"),
        (
            "daten",
            r"\b(?:meine|unsere|eure|kunden|persönliche\w*) ?daten\b.{0,60}(?:weiterge|verk[aä]uf|leak|gestohl|öffentl|"
            r"einseh|missbr)|\bverk[aä]uf\w* (?:meine|unsere|eure|ihre) daten",
        ),
        ("fremde", r"\bfremde[nrms]? (?:frau|mann|person|leute|kund\w*|konto\w*|daten|rechnung\w*|bestellung\w*)\b"),
        ("konto", r"\bkonto.{0,40}(?:gekapert|übernommen)|jemand .{0,30}\bmein(?:em|en)? konto"),
        ("überwach", r"\büberwach\w* (?:ihre |seine |die )?(?:kunden|mitarbeiter|nutzer|angestellten|beschäftigten)"),
        ("vie privée", r"vie privée.{0,60}(?:cnil|viol|attein)|(?:viol|attein|respect)\w*.{0,30}vie privée"),
        (
            "données",
            r"\b(?:vol|vend|revend|fuite|pirat)\w* (?:\w+ ){0,3}données\b|"
            r"données .{0,30}(?:volées|vendues|piratées|divulgu)",
        ),
        ("privacidad", r"\bprivacidad.{0,15}(?:abus|viol|vulner)|(?:abus|viol|vulner)\w*.{0,20}privacidad"),
        ("datos", r"\b(?:roba|filtra|vend)\w* (?:\w+ ){0,2}datos\b|datos .{0,30}(?:robados|filtrados|vendidos)"),
        ("dati", r"\b(?:ruba|vend)\w* (?:\w+ ){0,2}dati\b|dati .{0,30}(?:venduti|diffusi|esposti)"),
        ("gegevens", r"\bgegevens\b.{0,30}(?:verkocht|doorgegeven)|verkop\w* (?:\w+ ){0,2}gegevens"),
    ),
    Matter.DISCRIMINATION: (
        *((stem, _SHUT_OUT) for stem in _DISABLED_GERMAN),
        *((stem, _REFUSED) for stem in _DISABLED),
        (
            "because",
            r"\bbecause (?:of (?:my|his|her|their)|(?:i|he|she|we|they)(?:'m|'s|'re| am| is| are| was| were)) (?:\w+ )?"
            r"(?:black|brown|gay|lesbian|trans|muslim|jewish|asian|african|indian|foreign|disabled|deaf|blind|a woman|"
            r"race|skin|religion|accent|disability)",
        ),
        ("herkunft", r"\b(?:wegen|aufgrund)\b.{0,20}\bherkunft"),
        ("hautfarbe", r"\b(?:wegen|aufgrund)\b.{0,20}\bhautfarbe"),
        ("por ser", r"\bpor ser (?:una? )?(?:mujer|negr[oa]|gay|inmigrante|latin[oa]|gitan[oa]|extranjer[oa])"),
        ("neonazi", r"neonazi\w*.{0,40}(?:hetz|jag|überf|beleidig)"),
        ("kopftuch", r"weggeschickt|abgewiesen|beleidig|beschimpf|rausgew|verbot|schalter|bewerb"),
        ("nachname", r"\b(?:türkisch|arabisch|ausländisch|polnisch|afrikanisch)\w* nachname"),
        *((stem, r"\bnon (?:\w+ ){0,4}entrare") for stem in ("cane guida", "cieco", "disabile")),
        ("bigot", r"\bbigots?\b"),
        ("slur", r"\b(?:racial|homophobic|ethnic) slur"),
    ),
    Matter.HEALTH_SAFETY: (
        *((stem, _FOOD) for stem in _FOREIGN),
        ("verkauf", r"\bstopp\w* .{0,20}verkauf"),
        ("passiert", r"\b(?:wunder|glück)\b.{0,30}nichts (?:\w+ )?passiert"),
        ("bahnübergang", r"\boffen|defekt|gelaufen|gestört"),
        ("gebrochen", r"\b(?:arm|bein|nase|schlüsselbein|handgelenk|finger|rippe|zahn|fuß)\w* gebrochen"),
        ("geschnitten", r"\b(?:finger|hand|zunge|gaumen|lippe|mund|fuß)\b.{0,30}geschnitten"),
        ("brems", r"\bbremsen? (?:\w+ )?(?:versag|ausgefallen|ohne|defekt|kaputt|funktionier)"),
        ("tabletten", r"\b(?:nur noch|letzte|herz|für (?:einen|zwei)|fehl|wart|leer)"),
        ("übergeben", r"\b(?:mich|sich|musste\w*) (?:\w+ )?übergeben\b"),
        ("unfall", r"unfall(?!frei|aufnahme|versicher|chirurg)"),
        ("verletz", r"(?<!rechts)(?<!rechte )(?<!recht )(?<!urheber)verletz(?:t|en|ung)"),
        ("gefahr", r"(?<!stau)(?<!kriegs)gefahr(?!en|t|st)"),
        ("brand", r"\bbrand (?:in|im|bei|am) (?:der|dem|einer|einem|bahnhof|hbf|zug|haus|hotel)\b"),
        (
            "in brand",
            r"\bin brand\b.{0,20}(?:ge?steckt|ger[ai]|setz|gestoken)|"
            r"\b(?:steh|stand|geriet|steck|vloog|staat)\w* .{0,30}in brand\b",
        ),
        ("brennt", r"(?<!beleuchtung )(?<!licht )\bbrennt\b(?!.{0,40}(?:beleuchtung|licht|lampe))"),
        ("rauch", r"\brauch (?:im|in|aus|steigt|kommt|kam)\b"),
        ("überfahr", _PEOPLE),
        ("überfähr", _PEOPLE),
        ("angefahren", rf"\bangefahren\b(?: und)?.{{0,40}}{_PEOPLE}|{_PEOPLE}.{{0,60}}\bangefahren"),
        ("übersah", rf"\bübersah\b.{{0,60}}{_PEOPLE}"),
        (
            "gleis",
            rf"{_PEOPLE}\w*.{{0,50}} (?:im|ins|auf|auf den|auf die|auf dem) gleis|"
            rf"auf (?:den|die) gleisen?.{{0,60}}(?:{_PEOPLE}|gehen)",
        ),
        ("autobahn", rf"{_PEOPLE}\w*.{{0,60}}auf (?:der|die) #?autobahn"),
        ("gelaufen", r"\bvor (?:eine?n?|die|den) \w*-?(?:bahn|zug|bus|auto) (?:gelaufen|gefallen|gestoßen)"),
        ("gefallen", r"\b(?:hin|runter|herunter|hinunter)gefallen|\b(?:graben|treppe|gleis\w*|gleisbett) gefallen"),
        ("stürz", rf"{_PEOPLE}\w*.{{0,40}}\bstürz(?:t|te|en)\b(?!.{{0,20}}\bab\b)"),
        *((stem, _TRAPPED) for stem in ("aufzug", "fahrstuhl", "lift", "elevator")),
        ("tür", r"\btür(?:en)?\b.{0,60}schl(?:oss|ieß).{0,80}(?:steigen|gestiegen)"),
        ("hatte grün", r"\bhatten? grün\b"),
        ("ampel grün", r"ampel grün"),
        ("rote ampel", r"über rote ampel|überf[aä]hr\w* .{0,20}rote ampel"),
        ("corona", r"\bcorona-?(?:ausbruch|fall|fälle|test)|\bcorona testing|spread .{0,20}corona"),
        ("covid", r"\bcovid.{0,20}(?:outbreak|positive|spread|expos|cases? (?:at|in))"),
        ("mask", r"\b(?:without|no|not wearing|wearing) (?:a |any |their )?masks?\b"),
        ("accident", r"(?<!by )\baccidents?\b"),
        ("danger", r"\bin danger\b|\ba (?:real |huge )?danger (?:to|for)\b|\bun danger\b|danger pour\b"),
        ("hazard", r"\b(?:a|fire|health|trip|tripping|choking|bio) ?hazard"),
        (
            "fire",
            r"\b(?:caught|catch(?:es|ing)?|set|starts?|started) (?:\w+ ){0,3}fire\b|\ba fire (?:in|at|on|broke)\b|"
            rf"\b{_THINGS} (?:\w+ )?(?:on|in) fire\b",
        ),
        ("flames", rf"\b{_THINGS} (?:\w+ ){{0,2}}(?:into|in|up in) flames\b"),
        (
            "burn",
            rf"\bburn(?:ed|t|s|ing)? (?:\w+(?:'s)? ){{0,3}}(?:{_BODY}|child\w*|kid|baby|hole)\b|"
            r"\b(?:got|badly|been) burn(?:ed|t)\b",
        ),
        ("smoke", r"\bsmoke (?:is |was )?(?:coming|from|in the|inhalation|everywhere)\b"),
        (
            "sick",
            r"\bmade (?:me|us|him|her|them|my \w+) (?:\w+ )?(?:sick|ill)\b|"
            r"\b(?:got|fell|were|was) (?:\w+ )?sick (?:from|after)\b",
        ),
        ("hospital", r"\b(?:in|to|into|en el|al|del?)(?: the| an?)? hospital\b"),
        ("hurt", rf"\b(?:got|been|was|were|get|seriously|badly) hurt\b|\bhurt (?:my|his|her|their) (?:\w+ )?{_BODY}\b"),
        (
            "died",
            r"\bdied (?:in|after|from|on|at|because|when)\b|"
            r"\b(?:people|child|passenger|worker|guest|baby)s? (?:has |have )?died\b",
        ),
        ("death", r"\b(?:cause[sd]?|causing|responsible for|led to) (?:\w+ ){0,2}deaths?\b"),
        ("killed", r"\b(?:was|were|been|got|people|nearly|almost) killed\b"),
        ("bleeding", r"\bbleeding\b(?! (?:heart|edge))"),
        ("broke", rf"\bbroken? (?:(?:my|his|her|their|a) )?{_BODY}\b"),
        ("chok", r"\bchok(?:ed|ing) (?:on|hazard)\b"),
        ("fell", r"\bfell (?:down|off|over|from|through)\b|\b(?:ceiling|roof|brick|glass|tile)s? (?:\w+ ){0,2}fell\b"),
        ("slipp", r"\bslipped (?:on|and|over|in)\b|\bslippery\b"),
        ("tripp", r"\btripped (?:on|over)\b"),
        ("trapped", r"\btrapped (?:in|inside|under)\b"),
        ("recall", r"\b(?:product|safety|vehicle|food|been|being|was|were) recall(?:ed|s)?\b|\brecall (?:of|notice)\b"),
        ("crash", r"\b(?:car|bus|train|plane|vehicle|road) ?crash|\bcrash(?:ed)? into\b|\bdeath.{0,30}crash"),
        ("shock", r"\b(?:got|get|gave|giving) (?:\w+ ){0,3}(?:electric )?shocks?\b"),
        ("brûl", r"\b(?:s'est|m'a|me suis|m'ont|nous a) brûl"),
        ("feu", r"\b(?:prend|pris|prendre|mis) feu\b|\ben feu\b"),
        ("malade", r"\b(?:tomb\w+|rendue?s?|rend) malades?\b"),
        ("chute", r"\b(?:une|ma|sa|grave) chute\b"),
        (
            "mort",
            r"\b(?:sont|a été|ont été|trouvée?) morte?s?\b|\b(?:due|tre|\d+) morti\b|\b(?:uomo|donna|era|è) mort[oa]\b",
        ),
        ("fumée", r"\bfumée\b"),
        ("ascenseur", r"\b(?:coincé|bloqué|enfermé)\w* dans l'ascenseur"),
        ("herid", r"\b(?:hay|\d+|resultó|personas?|niñ\w+|gravemente) (?:\w+ )?herid[oa]s?\b"),
        ("fuego", r"\bprend\w+ fuego\b"),
        ("muri", r"\bmuri(?:ó|eron)\b"),
        ("encerrad", r"\bencerrad[oa]s? en\b"),
        ("enferm", r"\b(?:me|nos) enferm"),
        ("investit", r"\b(?:uomo|donna|bambin\w|pedone|stato|stata) investit"),
        ("ferit", r"\b(?:\d+|due|tre|rimast\w|gravemente) (?:\w+ )?ferit[oiae]\b"),
        ("cadut", r"\b(?:è|sono) cadut"),
        ("gevaar", r"\bgevaar\b"),
        ("klem", r"\bklem (?:tussen|zat|zit|komen)\b"),
        ("ziek", r"\bziek (?:van|geworden)\b"),
    ),
    Matter.SELF_HARM: (
        ("selbstmord", r"selbstmord(?!ansch|attent)"),
        ("suicid", r"(?<!escuadrón )\bsuicid(?!e (?:squad|bomb|attack|vest|mission))"),
        ("kill", r"\bkill(?:ing|ed|s)? (?:my|him|her|them|your)sel(?:f|ves)\b(?! laughing)"),
        ("kms", r"\b(?:gonna|going to|i'll|want to|wanna) kms\b"),
        ("to die", r"\bi (?:\w+ ){0,3}want to die\b(?! of)"),
        ("wanna die", r"\bwanna die\b"),
        ("want to", r"\bdon'?t want to (?:live|be alive|exist)\b"),
        ("jump", r"\bjump(?:ed|ing|s)? (?:in front of|off (?:a|the) (?:bridge|roof|building)|under (?:a|the) train)"),
        ("umbring", r"\b(?:mich|sich|dich) (?:\w+ ){0,2}umbring"),
        ("umzubring", r"\b(?:mich|sich) (?:\w+ ){0,2}umzubring"),
        ("bring", r"\bbring\w* (?:mich|sich) (?:\w+ ){0,2}um\b"),
        ("sterben", r"\bich (?:will|möchte|wollte) (?:\w+ ){0,3}sterben\b|\bwill ich (?:\w+ ){0,3}sterben\b"),
        *(
            (
                stem,
                rf"\b(?:mich|sich) (?:\w+ ){{0,2}}{stem} \w*-?(?:bahn|zug|tram|lkw|auto)\b|"
                rf"\b{stem} \w*-?(?:bahn|zug) (?:ge)?(?:worf|werf|spr[iu]ng|schm[ie])",
            )
            for stem in ("vor die", "vor den", "vor eine", "vor einen")
        ),
        (
            "brücke",
            r"\bvon (?:der|einer) \w*brücke (?:\w+ ){0,2}(?:ge)?spr[iu]ng|\bspr[ia]ng\w* von (?:der|einer) \w*brücke",
        ),
        ("aufhäng", r"\b(?:mich|sich) (?:\w+ ){0,2}aufhäng"),
        ("me tuer", r"\b(?:vais|veux|voudrais|envie de) me tuer\b"),
        ("matarme", r"\b(?:quiero|voy a|ganas de) matarme\b"),
        ("ammazz", r"\bmi ammazzo\b"),
        ("dood", r"\b(?:wil|wou) (?:\w+ )?dood\b"),
        ("voor de trein", r"voor de trein (?:ge)?spr[io]ng"),
    ),
}
