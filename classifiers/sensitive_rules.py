"""Words of sensitive matters: German and English first, then French, Spanish, Italian and Dutch.

A word stands for itself wherever it occurs, so that compounds and inflections are found too; a bar is the edge of a
word: `|berst` begins one, `|berst|` is one. What needs its neighbours to be told is in sensitive_patterns.py. All is
matched against lower-case text with straight apostrophes. Recall comes first: whoever reads the view throws out a wrong
post in a second, and never sees a missed one. Figures: cards/sensitive.md."""

from __future__ import annotations

from enum import StrEnum


class Matter(StrEnum):
    """Sensitive matters. Stored."""

    CRIME = "crime"
    DATA_BREACH = "data_breach"
    DISCRIMINATION = "discrimination"
    HEALTH_SAFETY = "health_safety"
    SELF_HARM = "self_harm"


WORDS: dict[Matter, dict[str, str]] = {
    Matter.CRIME: {
        "de": """
            diebstahl, diebstähl, |dieb|, |diebe|, |dieben|, |diebin, kabeldieb, taschendieb, gestohlen, geklaut,
            beklaut, |klaut|, kabelklau, bestohlen, entwendet, |raub|, raubopfer, raubüber, ausgeraubt, beraubt,
            |räuber, gefälscht, fälschung, überfall|, überfälle, überfallen, einbrecher, einbrüche, eingebrochen,
            betrug|, |betrüger, betrügerei, betrogen, abofalle, geldwäsche, korrupt, schmiergeld, bestechung,
            bestochen, unterschlag, veruntreu, schlägerei, |schläger|, prügel, zusammengeschlagen, |angegriffen,
            attackiert, messerstech, messerangriff, messerattacke, niedergestochen, erstochen, |waffe|, |waffen|,
            bewaffnet, pistole, erschossen, |erschieß, ermord, |mörder, morddroh, totschlag, getötet, leichenteile,
            misshand, körperverletz, vergewalt, belästig, begrapsch, begrabsch, |stalker, |stalking|, |gestalkt|,
            nötigung, genötigt, bedroh, |drohung, erpress, geisel|, entführ, bombenalarm, bombendroh, attentat,
            brandanschl, brandstift, abfackel, abgefackelt, angezündet, randal, vandal, sachbeschädig, beschmier,
            demolier, unbekannte täter, tatverdächt, fahrerflucht, unfallflucht, |drogen, |dealer|, drogendealer,
            junkie, rauschgift, hehler, strafanzeige, strafbar, straftat, strafverfahren, festgenommen, festnahme,
            verhaftet, fahndung, zeugen gesucht, zeugenaufruf, zeugensuche, |kripo|, polizeieinsatz, polizeibericht,
            aufs maul, in die fresse, umgebracht, gewalttät, terroranschl, kindesmissbrauch, sexueller missbrauch,
            sexuell missbraucht, pädophil, kinderporn, tierquäl, kinderarbeit, zwangsarbeit, preisabsprache, abknall,
            |anzünden|, |abstechen|, niederbrenn, wo ihr wohnt, wo du wohnst""",
        "en": """
            |thief|, |thieves|, |stolen|, |stole|, shoplift, |robbed|, robbery, |robber, |burglar, |broke into|,
            |mugged|, pickpocket, |fraud, |scam|, |scams|, |scammed|, |scammer, |scamming|, phish, counterfeit, forged,
            forgery, impersonat, embezzl, |bribe, |bribing|, extort, blackmail, assault, |beaten up|, |punched|,
            |stabb, shot dead, was shot at, were shot at, shots fired, gunman, |gunshot, gunpoint, |knife|, |weapons|,
            bomb threat, bomb scare, |murder, manslaughter, |rape|, |raped|, |rapist, |molested|, |harass, kidnap,
            abduct, hostage, |threatened|, |threatening|, death threat, |threats|, |arson, hit and run, hit-and-run,
            drug deal, |drugs|, cocaine, traffick, |illegal|, illegally, against the law, law enforcement, is it legal,
            is this legal, this even legal, |arrested|, police report, the police, |gunned down|, |violence|,
            child abuse, sexual abuse, sexually abused, pedophil, paedophil, child porn, animal cruelty, animal abuse,
            child labor, child labour, forced labor, forced labour, swindl, ponzi, pyramid scheme, launder money,
            money launder, hidden camera, know where you live""",
        "fr": """
            voleur, voleuse, d'un vol|, |volé|, arnaqu, escroqu, |escroc, hameçonn, |agress, meurtr, violée|, violeur,
            de mort|, harcel, harcèl, couteau, cambriol, à la bombe, porter plainte, morts suspectes, mort suspecte,
            morts-suspectes""",
        "es": """
            ladrón, ladrones, |robo|, |robos|, |robó|, robaron, |robado|, |hurto, estafa|, estafador, |estafaron,
            |timado|, timaron, fraude, asesin, violador, violación, acoso sexual, |agresi, agredi, amenaz, apuñal,
            cuchill, atentado, secuestr, denuncia en la policía""",
        "it": """
            |furto|, |furti|, |rubat, |rubare|, ladro|, |ladri|, |truff, rapina, aggression, aggredit, omicid, stupr,
            violentat, molestie, minacc, coltell, arrestat, |spaccia, carabinieri""",
        "nl": """
            gestolen, diefstal, |dief|, |dieven|, beroofd, overval, inbraak, ingebroken, oplicht, bedrog, aanrand,
            aangerand, verkracht, mishandel, bedreig, neergestoken, steekpartij, vermoord, brandstichting, vernield,
            afgeperst, aangifte""",
    },
    Matter.DATA_BREACH: {
        "de": """
            gehackt, |hacker|, hackerangriff, cyberangriff, datenleck, datenpanne, datendieb, datenklau, datenschutz,
            dsgvo, datenmissbrauch, spionage, spionier, ausspäh, bespitzel, identitätsdieb, fremde daten,
            fremden daten, daten anderer, fremdes konto, fremde rechnung, mitgelesen, mitlesen, abgehört,
            passwort im klartext, ohne meine einwilligung, ohne meine zustimmung""",
        "en": """
            |hacked|, |hack|, cyberattack, cyber attack, cyber-attack, ransomware, data breach, |breached|,
            security breach, data leak, spyware, |spying|, |spies on|, |spy|, identity theft, unauthorised,
            unauthorized, |gdpr|, |compromised|, someone else's account, someone else's data, someone else's details,
            other people's data, without my consent, passwords in plain text, listening to my conversations,
            listening to our conversations, |doxx""",
        "fr": """
            piratage, |piraté|, attaque informatique, |cnil|, fuite de données, usurpation d'identité, espionn,
            |espion|, |hacké, |rgpd|, rançongiciel""",
        "es": """
            hackea, robo de datos, robo de identidad, filtración de datos, suplantación, privacidad abusiva, |espía|,
            |espían|""",
        "it": "hackerat, furto d'identità, violazione dei dati, violazione della privacy, dati rubati",
        "nl": "datalek, identiteitsfraude, privacyschend, gelekt, gegevens gestolen, gegevens op straat",
    },
    Matter.DISCRIMINATION: {
        "de": """
            diskriminier, rassis, |rassenh, |sexist, homophob, transphob, xenophob, antisemit, judenhass, judenfeind,
            islamophob, islamfeind, muslimfeind, fremdenfeind, ausländerfeind, frauenfeind, behindertenfeind,
            schwulenfeind, queerfeind, benachteilig, ausgrenz, ausgegrenzt, menschenverachtend, menschenunwürdig,
            gleichbehandlung, barrierefrech, hakenkreuz, hitlergruß, blackfac""",
        "en": """
            |racis, |racial, antiracis, |sexism, misogyn, bigotry, ableis, hate speech, swastika, misgender, deadnam,
            color of my skin, colour of my skin""",
        "fr": "sexiste, antisémit",
        "es": "discrimin, machista, machismo, homófob, xenófob, sexista",
        "it": "razzis, omofob, sessis, xenofob",
        "nl": "seksis, vreemdelingenhaat",
    },
    Matter.HEALTH_SAFETY: {
        "de": """
            unfäll, verunglück, gefährlich, gefährd, gefahrenstelle, gefahrgut, brandschutz, brandgeruch, brandgefahr,
            brandwunde, brandmelder, großbrand, wohnungsbrand, schwelbrand, verbrannt, verbrennen, |feuer|,
            feuerwehr, feueralarm, qualm, rauchentwick, rauchmelder, vergift, |giftig, notaufnahme, notarzt,
            rettungsdienst, rettungswagen, rettungskräft, rettungshubschr, sanitäter, |notruf, |ins krankenhaus|,
            tödlich, todesopfer, ums leben, |leiche|, |leichen|, verstorben, |stirbt|, personenschaden, stromschlag,
            stromkabel, eingeklemmt, einklemm, eingequetscht, stolper, sturzgefahr, gestürzt, |sturz|, |ausgerutscht,
            rutschig, glatteis, unhygien, schimmel, kakerlak, bettwanze, ungeziefer, |ratten|, salmonell, legionell,
            verdorben, vergammelt, glassplitter, fremdkörper, rückrufaktion, produktrückruf, infizier,
            ansteckungsgefahr, maskenpflicht, ohne maske, rotlichtverstoß, |bei rot|, vollbremsung, ungesichert,
            fliegerbombe, weltkriegsbombe, blindgänger, bombenentsch, bombenfund, kampfmittel, evakuier, hitzschlag,
            hitzeschock, kollabiert, bewusstlos, ohnmächtig, erstick, atemnot, überdosis, sicherheitsrisik,
            sicherheitsmäng, herabfallend, entgleis, unverantwortlich, mäusekot, rattenkot, |wanzen|, geschmort,
            geschmolzen, verschmort, überhitz, brandblase, gebrannt|, kabelbrand, kurzschluss, eine gewischt,
            blankes kabel, kabel blank, scharfkantig, insulin, blutverdünner, sauerstoffgerät, kohlenmonoxid,
            co-melder, gasgeruch, gesundheitsamt, lebensmittelkontroll, kühlkette, ungekühlt, magen-darm, durchfall,
            |geblutet|, |blutet|, explodiert, |flammen|, stichflamme, verätz, hautausschlag, hautreiz,
            ausschlag bekommen, herzinfarkt, herzstillstand, schlaganfall, ertrunken, ertrink, flugzeugabsturz,
            zugunglück, busunglück, |unglück|, nach gas|, gasaustritt, notfall|, kindersitz, airbag, kollision,
            zusammenstoß, überrollt, |rammt|, gerammt, verschluckt, asbest, radioaktiv""",
        "en": """
            |injur, dangerous, endanger, hazardous, |unsafe|, not safe|, safety issue, safety concern, safety risk,
            safety hazard, health and safety, fire alarm, fire hazard, fire brigade, fire department, fire exit,
            burning smell, smoke alarm, smoke detector, |explodes|, |exploded|, |exploding|, |explosion|, |poison,
            diarrh, listeria, norovirus, contaminat, |mold|, |moldy|, |mould|, |mouldy|, mildew, bed bug, bedbug,
            cockroach, |roaches|, |rats|, rodent, infest, maggot, undercooked, unsanitary, ambulance, paramedic,
            hospitalised, hospitalized, allerg, ran a red, ran over, hit by a car, hit by a bus, hit by a train,
            emergency services, emergency room, emergency landing, |fatally|, fatal accident, fatal crash,
            manslaughter, suffocat, electrocut, electric shock, concussion, |fractured|, anaphyla, |rash|, |rashes|,
            skin irritation, unconscious, carbon monoxide, gas leak, cardiac arrest, miscarriage, |drowned|,
            |drowning|, overheat, scorched, |sparks|, |sparking|, melted, |smoking on|, started smoking,
            swollen battery, battery swell, environmental health, food standards, trading standards, health inspector,
            stop selling, warn other, car seat, epipen, |toxic|, drunk driv, reckless driv, derailed""",
        "fr": """
            dangereu, incendie|, a pris feu, brûlures, empoisonn, hôpital, aux urgences, pompiers, |mortel|,
            |mortelle|, décès|, glissant, punaises de lit, |cafards, moisissure, insalubre, électrocut,
            choc électrique, décharge électrique, étouff, étincelle, surchauff, explosé|, |vomi|, |gastro|, périmé,
            corps étranger, bout de plastique, bout de verre, bout de métal, morceau de verre, morceau de plastique,
            morceau de métal, siège auto, détecteur de fumée, évanoui, |blessé""",
        "es": """
            accidente, peligros, incendio, en llamas, quemadura, intoxic, envenen, |urgencias|, ambulancia, bomberos,
            falleci, resbal, cucaracha, chinches, |ratas|, |moho|, descarga eléctrica, chispas, oler a quemado,
            olor a quemado, |atrapad, se atranc, |explotó|, |vomité|, |vomitó|, |vomited|, |vomiting|, diarrea,
            caducad, en mal estado, cuerpo extraño, trozo de vidrio, trozo de plástico, trozo de metal, |tóxic,
            |inseguro, me caí|, se cayó""",
        "it": """
            |incidente|, |incidenti|, pericolos, in fiamme, preso fuoco, ustion, intossic, avvelen, ospedale,
            pronto soccorso, ambulanza, scarafagg, |cimici|, |muffa|, folgorat, scintill, esplos, corpo estraneo,
            pezzo di vetro, pezzo di plastica, pezzo di metallo, odore di bruciato, intrappolat, infortun""",
        "nl": """
            |gewond, ongeluk, ongeval, gevaarlijk, levensgevaar, brandweer, brandlucht, ontplof, ziekenhuis,
            spoedeisende, overleden, omgekomen, uitgegleden, kakkerlak, bedwants, onhygiënisch, bedorven, kortsluiting,
            stuk glas, stuk plastic, geëxplodeerd, overgegeven, diarree, gloeiend heet, |vonken|, stroomschok,
            opgesloten, aangereden, aanrijding, onveilig, brandwond, terugroepactie""",
    },
    Matter.SELF_HARM: {
        "de": """
            suizid, selbstmörd, selbsttöt, selbstverletz, |freitod, sterben will, nicht mehr leben,
            nicht mehr aufwachen, das leben nehmen, das leben genommen, |erhängt|, |ritze mich|""",
        "en": """
            self-harm, self harm, |kys|, end my life, ending my life, wish i was dead, wish i were dead,
            better off dead, no reason to live, |cut myself|, cutting myself, hang myself, hanged himself,
            hanged herself, |overdosed|, end it all|, their own life, his own life, her own life""",
        "fr": """
            envie de mourir, envie de crever, plus envie de vivre, me suicider, s'est suicid, me pendre, à ses jours,
            à mes jours""",
        "es": "quiero morir, quisiera morir, ganas de morir, no quiero vivir, quitarme la vida, autolesi",
        "it": "voglio morire, vorrei morire, ammazzarmi, uccidermi, togliermi la vita, non voglio più vivere",
        "nl": "zelfmoord, zelfdoding, suïcid, niet meer leven, mezelf van kant, zelfbeschadig",
    },
}
