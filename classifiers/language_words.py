"""Frequent words by language: evidence for posts too short for a detector, and quicker than one.

Function words (articles, pronouns, prepositions, conjunctions, auxiliaries) as any grammar lists them, and the everyday
words of posts (greetings, thanks, good and bad, today and tomorrow). Written for this project from general knowledge,
not taken from a list. A word stands with every language here that uses it often; words that all of them borrow
("ok", "super") stand with none. Elided forms keep their apostrophe (`l'`, `don'`), as `words_of` cuts them.
Hindi stands in Latin letters only: in its own script nothing else is in question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[^\W\d_]+'?")


def words_of(text: str) -> list[str]:
    """The different words of a text in order, lower case, cut after an apostrophe: "L'app" gives `l'` and `app`."""
    return list(dict.fromkeys(_WORD.findall(text.lower().replace("\u2019", "'"))))


def by_word(languages: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Every known word with those of `languages` that use it, in their order."""
    found: dict[str, tuple[str, ...]] = {}
    for language in languages:
        for word in WORDS.get(language, "").split():
            found[word] = (*found.get(word, ()), language)
    return found


WORDS: Mapping[str, str] = {
    "ar": """
        في من على إلى الى عن مع هذا هذه ذلك التي الذي ما لا لم لن هل كل أن ان إن كان كانت قد بعد قبل بين عند أو او ثم
        لكن حتى إذا اذا أنا انا أنت انت هو هي نحن هم يا و شكرا مرحبا
    """,
    "bg": """
        и в във не на аз че той тя то ние вие те с със как а все това този тази тези по но за би към у от из да се си ли
        ще е са съм сте беше има няма или ако когато къде кой защо вече още много там тук сега днес утре вчера благодаря
        здравей моля добре до при без само също което който ви
    """,
    "ca": """
        el la els les un una uns unes al als del dels de i o però perquè que què si com quan on qui l' d' s' n' m' jo tu
        ell ella nosaltres vosaltres ells em et es ens us li meu meva teu teva seu seva és són era ser estat està estan
        he has ha hem han hi havia té tinc fer fa pot vull vol va vaig en a amb sense per sobre entre fins des no sí ni
        molt més menys poc tot tota tots res mai sempre també ja ara avui ahir demà aquí així bé aquest aquesta això
        aquell altre gràcies hola bon bona bons plau
    """,
    "cs": """
        a i v ve z ze na do od po za o u ke se při pro bez nad pod před mezi ale nebo protože že aby jak když jestli co
        kdo kde kdy proč který která které já ty on ona ono my vy oni mě mi tě ti ho mu jí ji nás nám vás vám jich jim
        si můj moje tvůj jeho její svůj to ten ta tento tato toto této je jsou být byl byla bylo byly jsem jsi jsme jste
        bude mám máš má máme mají může lze chci ne není ano už ještě jen také taky velmi moc více vždy nikdy tady tam
        teď dnes zítra včera všechno nic něco dobře dobrý děkuji děkuju díky prosím ahoj tak
    """,
    "da": """
        og at det den som er i på en et af for med til fra om ved efter under over mod uden men eller fordi når hvor
        hvad hvem hvordan hvorfor jeg du han hun vi de dem mig dig ham hende os jer min mit mine din dit sin sit sine
        hans hendes vores deres var være været har havde kan kunne skal skulle vil må får bliver blev findes gør ikke
        ingen intet nej ja også kun end så meget mere mest altid aldrig her der nu idag imorgen igår alle alt noget
        nogen god godt tak hej venligst dårlig perfekt fantastisk elsker virker hurtig nemt mennesker år dag desværre
        virkelig måske bedste dejlig rigtig fint bare
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner und oder aber denn weil
        dass daß wenn ob als wie doch sondern ich du er sie es wir ihr mich dich ihn uns euch mir dir ihm ihnen meine
        meinen meinem meiner dein deine deinen deiner sein seine seinen seiner unser unsere euer eure ihre ihren ihrem
        ihrer sich man ist bin bist sind seid war waren wäre wird werden wurde wurden worden hab habe hast hat haben
        hatte hatten kann kannst können könnte muss müssen soll sollen sollte will wollen darf dürfen mag möchte gibt
        geht macht kommt in im an am auf aus bei beim mit nach von vom vor zu zum zur für über unter durch gegen ohne um
        bis seit zwischen hinter neben nicht nichts nein ja auch nur noch schon mal sehr so ganz mehr viel immer nie
        wieder hier da dort wo was wer wann warum wieso welche welcher welches dann jetzt heute morgen gestern gerade
        also eben halt etwas alle alles jeder jede danke bitte hallo gut gute guten guter gutes schön schöne schlecht
        toll leider echt endlich einfach ne nen nem nix isch ned net heut hätte würde diese dieser dieses perfekt klasse
        prima schnell langsam furchtbar schrecklich lecker geil leute funktioniert frage hilfe stimmt genau klar
        wirklich natürlich vielleicht bisschen lange wenig viele vielen liebe lieber grüße moin servus tschüss nacht
        abend jahr jahre uhr keinerlei weiter weg rein raus los bloß nee naja ach mein groß große großer großes klein
        kleine kleiner neu neue neuer neues alt alte alter erste ersten letzte letzten nächste genug
    """,
    "en": """
        the of and to in is was are were be been am being have has had having do does did doing done will would shall
        should can could may might must i you he she it we they me him her us them my your his its our their mine yours
        this that these those who whom whose which what where when why how a an at by for from with without about into
        onto over under after before between through during against up down out off on as if or but not no nor than then
        there here so too very just only also even still yet again ever never always all any some every each both few
        more most other such own same much many don' doesn' didn' isn' aren' wasn' won' can' couldn' wouldn' i' it'
        that' he' she' we' you' they' there' what' let' dont doesnt didnt cant isnt im ive youre thats yes please thanks
        thank hello hi hey sorry good great nice bad best better worst love like loved get got getting go going gone
        went make made know think want need see say said now today tomorrow yesterday day night morning time new old
        well really because since until while perfect amazing awesome useless terrible horrible wonderful beautiful
        excellent easy simple fast slow works working work used use using fix happy sad fun funny people thing things
        way back free friends big little first last next everything nothing something anything someone right wrong u ur
        r true fantastic brilliant awful lovely poor young high low full quick late early hard sure enough lot guys
        place
    """,
    "es": """
        el la los las lo un una al del de y e o u pero sino porque que qué si como cómo cuando cuándo donde dónde quien
        quién cual cuál cuanto yo tú él ella usted nosotros ellos ellas ustedes me te se le les nos os mi mis tu tus su
        sus nuestro nuestra mí ti es soy eres son somos era eran ser sido fue fueron está están estoy estaba estar he
        has ha han hemos había haber hay tiene tengo tienen tener hace hacer puede puedo quiero quiere va voy vamos ir
        dice en a con sin por para sobre entre hasta desde hacia contra no sí ni muy más menos mucho mucha muchos poco
        todo toda todos todas nada algo nunca siempre también tampoco ya aún ahora hoy ayer mañana aquí allí así bien
        mal mejor peor tan este esta estos estas ese esa eso esto otro otra cada gracias hola buenos buenas bueno buena
        buen días noches tardes favor gran mas q xq jaja jajaja tambien asi perfecto perfecta excelente genial rápido
        lento fácil horrible bonito bonita lindo linda malo mala encanta encantó recomiendo recomendable funciona pésimo
        feliz triste gente cosa cosas vida año años casa verdad claro vale pues igual solo sólo aunque mismo misma amo
        volver volvería dos grande grandes pequeño pequeña nuevo nueva viejo primera primero última último pronto vemos
    """,
    "et": """
        ja või aga kui nagu ka ainult ei ole on oli olid olen oled oleme olla see seda selle need mina sina meie teie
        nemad ta nad minu sinu mis kes kus millal miks kuidas mida palun aitäh tere nüüd täna homme eile alati väga hea
        hästi palju kõik juba veel siin seal ning saab sest kas
    """,
    "fa": """
        در از به با که این آن را برای است هست بود شد شود می نمی ها های ما من تو او شما آنها یک هر هم یا اما اگر تا چه کی
        کجا چرا خیلی خوب سلام ممنون نیست و داشت دارد دارم کردم کرد
    """,
    "fi": """
        ja mutta että koska jos kuin niin myös vain ei en et emme ette eivät älä on ole oli ovat olla olen olet olisi
        minä sinä hän me te he minun sinun hänen meidän teidän se ne tämä nämä mikä mitä kuka missä miksi miten milloin
        joka jotka nyt tänään huomenna eilen aina hyvin hyvä hyvää paljon enemmän kaikki jo vielä kiitos hei moi kyllä
        voi pitää kun tai
    """,
    "fr": """
        le la les un une des du de au aux et ou mais donc or ni car que qui quoi dont où quand comme si ce cet cette ces
        ça cela c' l' d' j' n' s' m' t' qu' je tu il elle on nous vous ils elles me te se moi toi lui leur eux mon ma
        mes ton ta tes son sa ses notre nos votre vos leurs est suis es sommes êtes sont était étaient être été ai as a
        avons avez ont avait avoir eu sera serait fait faire peut peux veux veut dit dire va vais aller faut doit à en
        dans sur sous avec sans pour par chez vers entre depuis pendant avant après contre ne pas plus moins très trop
        bien mal peu tout tous toute toutes rien jamais toujours encore déjà aussi même autre autres ici là y non oui
        alors puis ainsi quel quelle merci bonjour bonsoir salut svp bon bonne bons bonnes mauvais grand petit petite
        génial aujourd' hui demain hier maintenant jour nuit fois ca tres apres mdr ptdr j jai cest parfait parfaite
        excellente magnifique superbe rapide lent facile horrible nul nulle dommage adore adoré aime fonctionne marche
        sympa agréable vraiment beaucoup assez plutôt pratique franchement voilà bref ouais accueil mieux pire belle
        beau jolie recommande problème problèmes gens chose temps année excellent excellents grande grands nouveau
        nouvelle nouveaux vieux jeune premier première dernier dernière vrai vraie
    """,
    "hi": """
        hai hain tha thi ho hu hun hoon nahi nahin nhi kya kyun kyu kaise kaisa kab kahan kaha kaun kisko ki ka ke ko se
        mein mai mujhe mjhe mera mere meri tera tere teri tum tu aap apka aapka aapke hum hamare hamari ye yeh woh wo vo
        jo jab toh bhi bhai yaar yar aur ek abhi aaj kal bahut bohot accha acha achha koi kuch sab iss uss isko usko kar
        karo karna karte raha rahe rahi gaya gayi gya diya liya wala wale haan han ji didi bhaiyya pata baat dekho chal
        to me pe na be hi do so or are us
    """,
    "hr": """
        i u na sa iz od do po za o pri pred među bez nad pod ali ili jer da ako kad kada kao što tko gdje zašto kako
        koji koja koje ja ti on ona ono mi vi oni me te ga mu je ju nas nam vas vam ih im se si moj moja moje tvoj
        njegov svoj to taj ta ovaj ova ovo su sam smo ste biti bila bilo bili će bih ima imam imaju može nije nisu nisam
        ne već još samo također vrlo jako više uvijek nikad ovdje tamo sada danas sutra jučer sve ništa nešto dobro
        dobar hvala molim bok
    """,
    "hu": """
        a az és vagy de hogy mert ha mint is csak nem sem meg már még igen ez ezt azt egy én te ő mi ti ők nekem neked
        engem téged ki mit hol mikor miért hogyan van volt lesz lett vannak vagyok lehet kell volna nagyon jó rossz most
        ma holnap tegnap mindig soha itt ott minden semmi valami köszönöm köszi kérem szia helló
    """,
    "it": """
        il lo la i gli le un uno una del dello della dei degli delle dell' al allo alla ai agli alle all' dal dalla dai
        dalle nel nella nei nelle nell' sul sulla sui sulle l' un' d' c' e ed o ma però perché perche che chi cui quale
        quali quando come dove se quanto cosa io tu lui lei noi voi loro mi ti si ci vi me te sé mio mia miei mie tuo
        tua suo sua nostro nostra è sono sei siamo siete era erano essere stato stata ho hai ha abbiamo avete hanno
        avere fa fare fatto può posso puoi vuole voglio va vado deve devo di a da in con su per tra fra senza sopra
        sotto dopo prima contro non no sì più meno molto molta troppo tutto tutta tutti tutte niente nulla mai sempre
        ancora già anche solo così bene male meglio qui qua lì là ora adesso oggi ieri domani questo questa questi
        queste quello quella altro poi grazie ciao buongiorno buonanotte buonasera buon buona bello bella bravo nn cmq
        xké po' sto stai sta perfetto perfetta ottimo ottima bellissimo bellissima veloce lento facile brutto brutta
        bravi brave schifo piace adoro amo amore auguri forza vero certo davvero proprio gente cose vita anno anni casa
        benissimo peccato magari quindi invece allora beh vabbè boh notte giorno sera mattina consiglio consigliato
        funziona pessimo eccellente grande grandi piccolo piccola nuovo nuova vecchio primo ultimo ultima bravissimo
        bravissima pronto
    """,
    "lt": """
        ir ar bet kad nes jei kaip taip pat tik ne nėra yra buvo bus esu būti aš tu jis ji mes jūs jie tau mano tavo šis
        ši tas ta kas ką kur kada kodėl iš į su už prie po be apie ačiū prašau labas gerai geras labai daugiau dabar
        šiandien rytoj vakar visada viskas čia jau dar
    """,
    "lv": """
        un vai bet ka jo ja kā arī tikai ne nav ir bija būs esmu būt es tu viņš viņa mēs jūs viņi tev mans tavs šis šī
        tas tā kas ko kur kad kāpēc no uz ar par pie pēc bez līdz paldies lūdzu sveiki labi labs ļoti vairāk tagad
        šodien rīt vakar vienmēr viss šeit jau vēl
    """,
    "nl": """
        de het een en of maar want dat die dit deze als dan toen omdat wat wie waar wanneer hoe waarom ik jij je hij zij
        ze wij we jullie u mij me jou hem haar ons hen hun mijn jouw zijn onze uw zich is ben bent waren was worden
        wordt werd heb hebt heeft hebben had kan kunnen moet moeten zal zullen zou wil willen mag gaan gaat komt doet
        doen in op aan van voor met zonder bij naar uit over onder tegen door om tot te ter niet geen niets nee ja ook
        nog al wel zo heel erg veel meer weer altijd nooit hier daar er nu vandaag morgen gisteren alle alles iets echt
        goed goede bedankt dank hallo hoi fijn mooi leuk slecht alsjeblieft graag perfect snel makkelijk slechte
        geweldig prachtig mooie leuke helaas eigenlijk gewoon even lekker mensen jaar werkt klopt aanrader tevreden
        prima kunt krijg moest maak weet zeg vind hou groot grote klein kleine nieuw nieuwe oud oude eerste laatste
    """,
    "no": """
        og at det den som er i på en et ei av for med til fra om ved etter under over uten men eller fordi når hvor hva
        hvem hvordan hvorfor jeg du han hun vi dere de dem meg deg ham henne oss min mitt mine din ditt sin sitt sine
        hans hennes vår vårt deres var være vært har hadde kan kunne skal skulle vil må får blir ble finnes gjør ikke
        ingen nei ja også bare enn så mye mer mest alltid aldri her der nå idag imorgen går alle alt noe noen bra god
        godt takk hei dårlig perfekt fantastisk elsker fungerer rask enkelt mennesker år dag dessverre virkelig kanskje
        beste deilig veldig fint liker kun
    """,
    "pl": """
        i w we z ze na do od po za o u przy przez dla bez nad pod przed między a ale lub albo bo że żeby jak gdy jeśli
        czy co kto gdzie kiedy dlaczego który która które ja ty on ona ono my wy oni mnie mi cię ci go mu jej ją nas nam
        was wam ich im się siebie mój moja moje twój jego swój to ten ta te tego tej tym jest są być był była było były
        jestem jesteś będzie mam masz ma mamy mają może można trzeba chcę nie tak już jeszcze tylko też także bardzo
        więcej dużo zawsze nigdy tu tam teraz dziś dzisiaj jutro wczoraj wszystko nic coś dobrze dobry dobra dziękuję
        dzięki proszę cześć witam świetny świetna świetnie polecam fajny fajna fajne ludzie czas rok zły źle działa
        szybko łatwo naprawdę pewnie właśnie kocham lubię trochę wiem
    """,
    "pt": """
        o a os as um uma uns umas do da dos das no na nos nas ao à aos às pelo pela num numa de e ou mas porque que quê
        se como quando onde quem qual quanto eu tu você vocês vc ele ela nós eles elas me te lhe meu minha meus minhas
        teu tua seu sua seus suas nosso nossa é sou és são somos era eram ser foi foram está estão estou estava estar tá
        tô to tem tenho têm ter tinha há haver faz fazer pode posso quero quer vai vou vamos ir diz deu dar em com sem
        por para pra pro sobre entre até desde contra não nao sim nem muito muita muitos mais menos pouco tudo todo toda
        todos todas nada algo nunca sempre também tambem já ainda agora hoje ontem amanhã aqui ali assim bem mal melhor
        pior tão este esta esse essa isso isto outro outra cada só obrigado obrigada olá oi bom boa bons boas dia noite
        tarde favor gente né q pq hj mto kkk rsrs cara perfeito perfeita excelente ótimo ótima ótimos rápido fácil
        horrível bonito bonita lindo linda lindos maravilhoso maravilhosa péssimo feliz triste coisa coisas vida ano
        anos casa verdade claro amo amei adoro adorei gosto gostei começa começou melhores demais saudade funciona
        recomendo mano cadê kd mt vcs tava agr msm mds hein deve vem ai grande grandes pequeno pequena novo nova velho
        primeira primeiro última último lá bora fica
    """,
    "ro": """
        și si sau dar pentru că ca cu de la în in din pe fără prin după până este e sunt era eram fost fi fie am ai are
        avem aveți au a o un una unui unei al ale eu tu el ea noi voi ei ele mă te se ne vă îl îi mi meu mea tău sa său
        acest această acesta ce cine unde când cum care nu da mai foarte mult tot toate nimic ceva niciodată mereu acum
        azi astăzi mâine ieri aici bine bun bună mulțumesc mersi salut rog
    """,
    "ru": """
        и в во не на я что он она оно мы вы они с со как а то все это эта этот эти по но за бы к ко у же от из для о об
        так только его её их мне меня тебя вас нас есть был была было были быть будет нет да или если когда где кто
        почему уже ещё еще очень там тут здесь сейчас сегодня завтра вчера спасибо привет пожалуйста хорошо до при без
    """,
    "sk": """
        a i v vo z zo na do od po za o u ku so pri pre bez nad pod pred medzi ale alebo pretože že aby ako keď či čo kto
        kde kedy prečo ktorý ktorá ktoré ja ty on ona ono my vy oni ma mi ťa ti ho mu jej ju nás nám vás vám ich im sa
        si môj moja moje tvoj jeho svoj to ten tá tento táto toto tejto je sú byť bola bolo boli som sme ste bude mám
        máš má máme majú môže chcem nie áno už ešte len tiež veľmi viac vždy nikdy tu tam teraz dnes zajtra včera všetko
        nič niečo dobre dobrý ďakujem vďaka prosím ahoj tak
    """,
    "sl": """
        in ali pa ampak ker da če ko kot kaj kdo kje kdaj zakaj kako ki v na z iz od do po za o pri pred med brez nad
        pod ob jaz ti on ona mi vi oni me te ga mu jo nas nam vas vam jih jim se si moj moja moje tvoj njegov svoj to ta
        tega tem je so sem smo ste biti bil bila bilo bili bo ima imam imajo lahko ne ni nisem že še samo tudi zelo več
        vedno nikoli tukaj tam zdaj danes jutri včeraj vse nič nekaj dobro dober hvala prosim živjo
    """,
    "sq": """
        dhe ose por që se nëse si kur kush çfarë pse për në te tek mbi nën pas unë ti ai ajo ju më të i im yt tij saj
        kjo ky këto është janë ishte jam jemi ka kanë ishin do mund duhet nuk s' jo po edhe vetëm shumë gjithmonë kurrë
        tani sot nesër dje këtu mirë faleminderit lutem përshëndetje nga
    """,
    "sv": """
        och att det den som är i på en ett av för med till från om vid efter under över utan men eller eftersom när var
        vad vem hur varför jag du han hon vi ni de dem mig dig honom henne oss er min mitt mina din ditt sin sitt sina
        hans hennes vår vårt deras vara varit har hade kan kunde ska skulle vill måste får blir blev finns gör inte
        ingen inget nej ja också bara än så mycket mer mest alltid aldrig här där nu idag imorgon igår alla allt något
        någon bra tack hej snälla dålig perfekt jättebra bästa gillar älskar fungerar snabb lätt människor år dag tyvärr
        verkligen kanske kul
    """,
    "tr": """
        ve veya fakat çünkü ki ile için gibi göre sonra önce bir bu şu o ben sen biz siz onlar bana sana ona bize beni
        seni benim senin onun bizim var yok değil mi mı mu mü da de ne neden nasıl nerede kim hangi çok daha en az her
        hiç hep şimdi bugün yarın dün iyi kötü güzel evet hayır olan olarak oldu olur olmak etmek eder ediyor yapmak
        lütfen teşekkürler teşekkür ederim merhaba selam harika mükemmel berbat kolay hızlı seviyorum sevdim tavsiye
        insan gün yıl zaman şey bence gerçekten aynen öyle tamam ama
    """,
    "uk": """
        і й та в у не на я що він вона воно ми ви вони з із зі як а то все це ця цей ці по але за б би до же від для про
        так тільки його її їх мені мене тебе вас нас є був була було були бути буде немає ні або якщо коли де хто чому
        вже ще дуже там тут зараз сьогодні завтра вчора дякую привіт будь ласка добре при без
    """,
}
"""Language (ISO 639-1) to its words, blanks between."""
