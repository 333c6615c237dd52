# The traveller's words in Bambara.
# review: none

## What stands on every screen
page-name = Dancɛ masin
page-moment = I ka dɔɔnin makɔnɔ
page-moment-cue = Masin bɛ ka labɛn. I nɔ maralen don.
page-progress = Dakun { $step } / { $steps }
page-tools = Ja ani mankan
page-live = I yɛrɛ, i n’a fɔ kamera b’i ye cogo min na
page-code = I ka kode
page-speech-on = Kalanni ni kan ye, o dayɛlɛla.
page-keys = Taama ni bunkalaw ye. Sugandi ni cɛmancɛ butɔn ye.
page-button = Butɔn
page-hidden = Nin bɛ jira ekaran dɔrɔn kan.
page-headphones-on = I ka kunnafoniw fana bɛ kalan sisan, tulo kɔnɔ mɛnnan na.
tool-contrast = Ɲɛ ka jɛya
tool-bigger = Sɛbɛnni belebele
tool-louder = Ka mankan bonya
tool-speech = A kalan ni kan ye
tool-repeat = A fɔ tugun
tool-pause = Kan jɔ
tool-headphones = Tulo kɔnɔ mɛnnan
page-person = Mɔgɔ { $person }
page-called = Mɔgɔ dɔ bɛ ka na
tool-seat = Sigilen
tool-still = Lamaga dɔgɔya
key-erase = A jɔsi
key-space = Yɔrɔ lankolon
key-accents = Sɛbɛnden taamasiyɛnnenw

## Screens
attract-title = I ni sɛ
attract-cue = I ka taama sɛbɛn labɛn. A bɛ miniti kelen ɲɔgɔn ta.
language-title = I ka kan sugandi
language-cue = I bɛ se ka taa ɲɛ ni jaw dɔrɔn ye.
notice-title = I ka kunnafoniw, i ka josariyaw
notice-cue = Maga “Taa ɲɛ” la walasa k’a daminɛ.
notice-point-what = An b’i ka sɛbɛn kalan, k’i ɲɛda filɛ, ka bolokɔni kelen ja ta.
notice-point-who = Dancɛ baarakɛlaw dɔrɔn b’u ye.
notice-point-how-long = U bɛ jɔsi ni sariya tɛ sɔn u marali ma tugun.
notice-point-rights = I bɛ se k’u ye, k’u latilen. Baarakɛla dɔ bɛ se ka nin bɛɛ kɛ ni i ye.
document-title = I ka taama sɛbɛn jira
reading-title = I ka sɛbɛn bɛ ka kalan
reading-cue-chip = A to yen. { $percent } % kalanna.
reading-cue-wait = A to a nɔ la sabali.
confirm-title = Yala nin ye i ye wa?
confirm-cue = Tɔgɔ ni donw lajɛ.
face-title = Kamera filɛ
finger-title = I bolokɔni da
finger-title-right-thumb = Kinin bolokɔnikunba
finger-title-right-index = Kinin bolokɔni jiralan
finger-title-right-middle = Kinin cɛmancɛ bolokɔni
finger-title-right-ring = Kinin balolanin bolokɔni
finger-title-right-little = Kinin bolokɔni fitinin
finger-title-left-thumb = Numan bolokɔnikunba
finger-title-left-index = Numan bolokɔni jiralan
finger-title-left-middle = Numan cɛmancɛ bolokɔni
finger-title-left-ring = Numan balolanin bolokɔni
finger-title-left-little = Numan bolokɔni fitinin
finger-why-title = Mun na nin bolokɔni tɛ?
question-cue = Maga jaabi kelen na.
purpose-of-visit-title = I bɛ taama mun na?
intended-stay-title = I bɛna waati joli kɛ yan?
review-title = Yala a bɛɛ bɛnnen don wa?
review-cue = Foyi tɛ mara fo n’i magara “A mara” la.
saving-title = A bɛ ka mara
saving-cue-wait = A bɛ waati dɔɔnin ta.
saved-title = A marala ka ɲɛ
saved-cue = I ka sɛbɛn ta sabali.
go-title = Taa ɲɛ sabali
go-cue-completed = Tugu bunkala kɔ.
go-cue-referred = Taa i yɛrɛ jira baarakɛla la sira la.
officer-title = Taa baarakɛla fɛ sabali
officer-cue = Baarakɛla bɛna i dɛmɛ k’a daminɛ yan.
warning-title = Yala i bɛ yan hali bi wa?
warning-cue = A bɛɛ bɛna jɔsi i lakanani kama.
out-of-service-title = Nin masin datugulen don
out-of-service-cue = Taa baarakɛla fɛ sabali.
out-of-service-cue-update = A bɛ ka kuraya. Taa baarakɛla fɛ sabali.

## Document cues
document-cue-present = A yɛlɛ i ja ɲɛ na, k’a da dugalen kan.
document-cue-unreadable-try-again = A da ka ɲɛ, i ka segin k’a lajɛ.
document-cue-wrong-check-digits = A ma se ka kalan. Segin k’a lajɛ sabali.
document-cue-expired = Sɛbɛn wɛrɛ jira, walima taa baarakɛla fɛ.
document-cue-hold-still = Kana a lamaga.
document-cue-closer = A gɛrɛ.
document-cue-farther = A mabɔ dɔɔnin.
document-cue-upside-down = A sanfɛla yɛlɛma ka taa sanfɛ.
document-cue-wrong-page = Fan jira min kan sɛbɛnni ni jate tirɛ janw bɛ yen.
document-cue-turn-over = A yɛlɛma.
document-cue-glare = A jɛngɛ dɔɔnin ka bɔ yeelen na.
document-cue-well-done = A ka ɲi kosɛbɛ.

## Face cues
face-cue-look-here = Yan filɛ.
face-cue-no-face = I jɔ kamera ɲɛfɛ.
face-cue-two-faces = Mɔgɔ kelen kelen sabali.
face-cue-closer = I gɛrɛ.
face-cue-farther = Segin kɔ dɔɔnin.
face-cue-centre = Na cɛmancɛ la.
face-cue-more-light = I ɲɛsin yeelen ma.
face-cue-less-light = I kɔ di yeelen belebele ma.
face-cue-hold-still = Kana lamaga.
face-cue-back-light = Yeelen min b’i kɔfɛ, o ka bon kojugu. I mabɔ dɔɔnin.
face-cue-uneven-light = I ɲɛda fan kelen ye dibi ye. I ɲɛsin yeelen ma.
face-cue-uncover-face = I nun ani i da dayɛlɛ sabali.
face-cue-take-off-glasses = I ka luneti finman bɔ sabali.
face-cue-open-eyes = I ɲɛw yɛlɛ.
face-cue-close-mouth = I da tugu.
face-cue-look-at-camera = Kamera kɔnɔ filɛ.
face-cue-look-straight = I ɲɛfɛ filɛ ka tilen.
face-cue-turn-left = I kun yɛlɛma dɔɔni dɔɔni numan fɛ.
face-cue-turn-right = I kun yɛlɛma dɔɔni dɔɔni kinin fɛ.
face-cue-look-up = I dagolo kɔrɔta dɔɔni dɔɔni.
face-cue-blink = I ɲɛw tugu. A dan fo fila. U yɛlɛ.
face-cue-open-mouth = I da yɛlɛ kosɛbɛ, o kɔ a tugu.
face-cue-colours = To ka yan filɛ. Kulɛriw bɛ ka yɛlɛma.
face-cue-well-done = A ka ɲi kosɛbɛ.

## Finger cues
finger-cue-place = A da dugalen kan.
finger-cue-press = A digi dɔɔnin ka dɔ fara a kan.
finger-cue-lighter = A digi nɔgɔya la.
finger-cue-move-left = A taa ni a ye numan fɛ.
finger-cue-move-right = A taa ni a ye kinin fɛ.
finger-cue-move-up = A taa ni a ye sanfɛ.
finger-cue-move-down = A taa ni a ye duguma.
finger-cue-dry = I ninakili fiyɛ i bolokɔni kan, o kɔ segin k’a lajɛ.
finger-cue-wet = I bolokɔni ja, o kɔ segin k’a lajɛ.
finger-cue-latent = Dugalen jɔsi, o kɔ i bolokɔni da a kan.
finger-cue-one-finger = Bolokɔni kelen dɔrɔn.
finger-cue-turn = A yɛlɛma, a nun ka ɲɛsin sanfɛ ma.
finger-cue-lift = I bolokɔni kɔrɔta.
finger-cue-again = Siɲɛ kelen tugun sabali.
finger-cue-no-finger = A da dugalen kan.
finger-cue-well-done = A ka ɲi kosɛbɛ.

## Rows
row-name = Tɔgɔ
row-surname = Jamu
row-given-names = Tɔgɔ yɛrɛ
row-document-kind = Sɛbɛn
row-document-number = Sɛbɛn nimɔrɔ
row-nationality = Fasodenya
row-issuing-state = Jamana min y’a di
row-date-of-birth = Bangedon
row-sex = Cɛ walima muso
row-expiry = A baara bɛ ban
row-purpose-of-visit = Taama kun
row-intended-stay = Waati min bɛ kɛ
row-face = Ɲɛda
row-finger = Bolokɔni

## Values of rows
state-xxa = Fasontan
state-xxb = Kalifaden (san 1951 bɛnkan)
state-xxc = Kalifaden
state-xxx = A ma dɔn
sex-f = Muso
sex-m = Cɛ
sex-x = A ma fɔ

## Buttons
button-start = A daminɛ
button-continue = Taa ɲɛ
button-back = Segin kɔ
button-save = A mara
button-yes = Ɔwɔ, ne don
button-no = Ayi
button-not-me = Ne tɛ
button-cannot-do = Ne tɛ se ka nin kɛ
button-skip-challenges = Taa ɲɛ ni nin tɛ
button-cannot-give-finger = Ne tɛ se ka nin bolokɔni di
button-finger-missing = Nin bolokɔni tɛ ne bolo
button-finger-bandaged = A sirilen don walima a joginna
button-finger-other = Kun wɛrɛ
button-help = Mɔgɔ ka n dɛmɛ
button-more-time = Waati wɛrɛ
button-face-again = Ja ta kokura
button-again = Segin k’a lajɛ
button-end = A laban
button-pictures-only = Jaw dɔrɔn

## Answers
purpose-of-visit-tourism = Yaala
purpose-of-visit-business = Jago
purpose-of-visit-study = Kalan
purpose-of-visit-work = Baara
purpose-of-visit-transit = Tɛmɛ dɔrɔn
purpose-of-visit-return-home = Segin so
purpose-of-visit-other = Fɛn wɛrɛ
intended-stay-up-to-3-days = Fo tile 3
intended-stay-up-to-30-days = Fo tile 30
intended-stay-up-to-90-days = Fo tile 90
intended-stay-longer = Ka tɛmɛ o kan
intended-stay-not-applicable = A tɛ ne ɲɛsin

## Called, direction, transport, notice in full, companions
direction-title = I bɛ taa min?
direction-entry = N bɛ don jamana kɔnɔ
direction-exit = N bɛ bɔ jamana kɔnɔ
transport-title = I nana ni mun ye?
transport-on-foot = Ni sen ye
transport-car = Ni mobili ye
transport-bus = Ni kari ye
transport-truck = Ni kamiyɔn ye
transport-motorbike = Ni moto ye
transport-bicycle = Ni nɛgɛso ye
transport-train = Ni sisikurun ye
transport-ship = Ni kurun ye
transport-aircraft = Ni awiyɔn ye
transport-other = Ni fɛn wɛrɛ ye
notice-more-title = I ka kunnafoniw bɛɛ lajɛlen
notice-more-point-who = Dancɛ fanga ({ $authority }) b’i ka kunnafoniw lajɛ.
notice-more-point-what = A bɛ min sɛbɛnnen don i ka sɛbɛn kan, i ɲɛda ja, bolokɔni nɔ ni o ɲinina yan, ani i ka jaabiw ta.
notice-more-point-why = Sariya b’a ɲini ko mɔgɔ minnu bɛ dancɛ tigɛ, olu ka sɛbɛn.
notice-more-point-how-long = { $days ->
   *[other] U bɛ mara tile { $days } kɔnɔ, o kɔ u bɛ jɔsi.
  }
notice-more-point-rights = Min maralen don, i bɛ se k’o ye, k’o latilen, ka kasi kɛ. I ka nimɔrɔ jira baarakɛla dɔ la walima fanga la.
notice-more-point-alternative = Nin masin tɛ wajibi ye. Baarakɛla dɔ bɛ se ka bɛɛ kɛ ni i ye.
called-title = Mɔgɔ dɔ bɛ ka na
called-title-helped = Mɔgɔ dɔ bɛ i fɛ yan
called-cue = A makɔnɔ yan sabali. I bɛ se ka taa ɲɛ fana.
companions-title = Yala mɔgɔ wɛrɛ bɛ taama ni i ye wa?
next-person-title = Mɔgɔ min bɛ tugu, o ka na
next-person-cue = Mɔgɔ kelen kelen bɛɛ n’a yɛrɛ ka sɛbɛn don.
button-more = Dɔ wɛrɛ kalan
button-go-on = Taa ɲɛ
button-to-officer = Taa baarakɛla fɛ
button-alone = Ayi, ne kelen don
button-together = Ɔwɔ, mɔgɔ tɔ bɛ na

## Typing the document
typing-title-offer = I ka sɛbɛn ma se ka kalan
typing-cue-offer = Min bɛ a kɔnɔ, i bɛ se k’o sɛbɛn, walima ka mɔgɔ ɲini.
typing-title-kind = Sɛbɛn jumɛn bɛ i bolo?
typing-cue-kind = Maga ja la min bɛ i n’a fɔ a.
typing-title-issuing-state = Jamana jumɛn ye i ka sɛbɛn di?
typing-cue-issuing-state = Sɛbɛnden fɔlɔw sɛbɛn, o kɔ maga jamana la.
typing-title-number = Sɛbɛn nimɔrɔ
typing-cue-number = A ta i ka sɛbɛn kan, taamasiyɛn kelen kelen.
typing-title-number-digit = Jateden min bɛ nimɔrɔ kɔfɛ
typing-cue-number-digit = Sɛbɛnni ni jate tirɛ janw filɛ. Jateden bɛ sɛbɛn nimɔrɔ kɔfɛ joona.
typing-title-birth = Bangedon
typing-cue-birth = Don, kalo, san: jateden segin.
typing-title-birth-digit = Jateden min bɛ bangedon kɔfɛ
typing-cue-birth-digit = Tirɛ janw kɔnɔ, a bɛ bangedon kɔfɛ joona.
typing-title-expiry = A baara bɛ ban
typing-cue-expiry = Don, kalo, san: jateden segin.
typing-title-expiry-digit = Jateden min bɛ don laban kɔfɛ
typing-cue-expiry-digit = Tirɛ janw kɔnɔ, a bɛ sɛbɛn don laban kɔfɛ joona.
typing-title-sex = Cɛ walima muso, sɛbɛn kan
typing-cue-sex = Maga kelen na.
typing-title-nationality = I fasodenya
typing-cue-nationality = Sɛbɛnden fɔlɔw sɛbɛn, o kɔ maga jamana la.
typing-title-surname = Jamu
typing-cue-surname = Ni latɛn sɛbɛndenw ye, i n’a fɔ tirɛ janw. Ni tɔgɔ kelen dɔrɔn b’i la, o sɛbɛn yan.
typing-title-given-names = Tɔgɔ yɛrɛ
typing-cue-given-names = Ni latɛn sɛbɛndenw ye, i n’a fɔ tirɛ janw.
typing-hint-number = Sɛbɛndenw ni jatedenw dɔrɔn, sabali.
typing-hint-number-long = A ka jan kojugu. Taamasiyɛnw jate tugun.
typing-hint-date = Nin don tɛ yen. Don, kalo ni san sɛbɛn: jateden segin.
typing-hint-digit = Jateden kelen, sabali.
typing-hint-name = Latɛn sɛbɛndenw dɔrɔn, i n’a fɔ tirɛ janw.
typing-hint-check = Jateden tɛ bɛn. Taamasiyɛn taamasiyɛnnenw suma ɲɔgɔn na: O ni 0, I ni 1, B ni 8, S ni 5.
typing-hint-states = Maga i ka jamana la, walima sɛbɛnden wɛrɛw sɛbɛn.
question-hint-days = Tilew jate sɛbɛn, a kana tɛmɛ 3650 kan.
button-type-it = A sɛbɛn
button-enter = Taa ɲɛ
button-kind-passport = Gafe: pasipɔri
button-kind-card = Karti min tirɛ jan ye saba ye
button-kind-card-two-lines = Karti min tirɛ jan ye fila ye
button-no-digit = N m’a ye
button-no-date = Nin don t’a kan
button-no-given-names = Tɔgɔ yɛrɛ tɛ n na
button-go-on-anyway = A bɛ ten ne ka sɛbɛn kan
answer-yes = Ɔwɔ
answer-no = Ayi

## The reference
page-reference = I ka taamasiyɛn nimɔrɔ
saved-point-rights = Ni nin nimɔrɔ ye, min maralen don i bɛ se k’o ye k’o latilen.
go-point-rights = Nimɔrɔ ja ta: n’a ye, min maralen don i bɛ se k’o ye k’o latilen.
row-contact = Ɲininkaliw ni latilenni
row-rights = Ɛntɛrinɛti kan
