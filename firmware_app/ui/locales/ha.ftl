# The traveller's words in Hausa.
# review: none

## What stands on every screen
page-name = Na’urar kan iyaka
page-moment = Ku ɗan jira
page-moment-cue = Na’urar tana shiryawa. An riƙe muku wurinku.
page-progress = Mataki { $step } cikin { $steps }
page-tools = Allo da sauti
page-live = Ku ne, yadda kyamara take ganinku
page-code = Lambarku
page-speech-on = An kunna karatu da murya.
page-keys = Ku motsa da maɓallan kibiya. Ku zaɓa da maɓallin tsakiya.
page-button = Maɓalli
page-hidden = Ana nuna wannan a allo kawai.
page-headphones-on = Yanzu ana karanta bayananku ma, a lasifikar kunne.
tool-contrast = Launi mai haske sosai
tool-bigger = Manyan rubutu
tool-louder = Ƙara sauti
tool-speech = Karanta da murya
tool-repeat = Sake faɗa
tool-pause = Dakatar da murya
tool-headphones = Lasifikar kunne
page-person = Mutum { $person }
page-called = Wani mutum yana zuwa
tool-seat = Zaune
tool-still = Rage motsi
key-erase = Goge
key-space = Sarari
key-accents = Haruffa masu alama

## Screens
attract-title = Barka da zuwa
attract-cue = Ku shirya takardar tafiyarku. Zai ɗauki kamar minti ɗaya.
language-title = Ku zaɓi harshenku
language-cue = Kuna iya ci gaba da hotuna kawai.
notice-title = Bayananku da haƙƙinku
notice-cue = Ku taɓa “Ci gaba” don farawa.
notice-point-what = Muna karanta takardarku, muna duba fuskarku, muna ɗaukar yatsa ɗaya.
notice-point-who = Jami’an kan iyaka ne kawai suke gani.
notice-point-how-long = Ana gogewa idan doka ba ta ƙara barin a ajiye ba.
notice-point-rights = Kuna iya ganin bayananku, a kuma gyara su. Jami’i zai iya yin duka tare da ku.
document-title = Ku nuna takardar tafiyarku
reading-title = Ana karanta takardarku
reading-cue-chip = Ku bar ta a wurin. An karanta { $percent } %.
reading-cue-wait = Don Allah ku bar ta a wurinta.
confirm-title = Wannan ku ne?
confirm-cue = Ku duba suna da kwanakin wata.
face-title = Ku kalli kyamara
finger-title = Ku sa yatsanku
finger-title-right-thumb = Babban yatsan dama
finger-title-right-index = Manunin dama
finger-title-right-middle = Yatsan tsakiya na dama
finger-title-right-ring = Yatsan zobe na dama
finger-title-right-little = Ƙaramin yatsan dama
finger-title-left-thumb = Babban yatsan hagu
finger-title-left-index = Manunin hagu
finger-title-left-middle = Yatsan tsakiya na hagu
finger-title-left-ring = Yatsan zobe na hagu
finger-title-left-little = Ƙaramin yatsan hagu
finger-why-title = Me ya hana wannan yatsa?
question-cue = Ku taɓa amsa ɗaya.
purpose-of-visit-title = Me ya sa kuke tafiya?
intended-stay-title = Tsawon wane lokaci za ku zauna?
review-title = Komai ya yi daidai?
review-cue = Ba a ajiye komai sai kun taɓa “Ajiye”.
saving-title = Ana ajiyewa
saving-cue-wait = Zai ɗauki ɗan lokaci.
saved-title = An ajiye lafiya
saved-cue = Don Allah ku ɗauki takardarku.
go-title = Don Allah ku wuce gaba
go-cue-completed = Ku bi kibiya.
go-cue-referred = Don Allah ku je wurin jami’i a layin.
officer-title = Don Allah ku je wurin jami’i
officer-cue = Jami’i zai taimake ku daga nan.
warning-title = Har yanzu kuna nan?
warning-cue = Za a goge komai don kare ku.
out-of-service-title = Wannan na’ura a rufe take
out-of-service-cue = Don Allah ku je wurin jami’i.
out-of-service-cue-update = Ana sabunta ta. Don Allah ku je wurin jami’i.
out-of-service-cue-maintenance = Ana gyara ta. Don Allah ku je wurin jami’i.
setup-title = Wannan na’ura ba ta shirya ba tukuna
setup-cue-wait = Ku kawo sandar USB ko lambar QR.
setup-cue-enrol = Don Allah ku jira. Ana shirya ta.
setup-cue-link = Babu haɗi. Za ta sake gwadawa da kanta.
setup-cue-stick = Ku kai sandar cibiya, ku dawo da amsar.
setup-cue-done = An gama. Tana farawa yanzu.
setup-cue-failed = Shiryawa ta gagara. Ku yi sabon fayil.

## Document cues
document-cue-present = Ku buɗe shafin da hotonku yake, ku ɗora shi a kan gilashi.
document-cue-unreadable-try-again = Ku shimfiɗa ta, ku sake gwadawa.
document-cue-wrong-check-digits = Ba a iya karantawa ba. Don Allah ku sake gwadawa.
document-cue-expired = Don Allah ku nuna wata takarda, ko ku je wurin jami’i.
document-cue-hold-still = Kada ku motsa ta.
document-cue-closer = Ku matso da ita.
document-cue-farther = Ku ɗan ja ta baya.
document-cue-upside-down = Ku juya ta, samanta ya koma sama.
document-cue-wrong-page = Ku nuna gefen da yake da dogayen layukan haruffa da lambobi.
document-cue-turn-over = Ku juya bayanta.
document-cue-glare = Ku ɗan karkatar da ita daga haske.
document-cue-well-done = Da kyau.

## Face cues
face-cue-look-here = Ku kalli nan.
face-cue-no-face = Ku tsaya a gaban kyamara.
face-cue-two-faces = Mutum ɗaya kawai, don Allah.
face-cue-closer = Ku matso kusa.
face-cue-farther = Ku ɗan ja baya.
face-cue-centre = Ku matsa tsakiya.
face-cue-more-light = Ku juya wajen haske.
face-cue-less-light = Ku kauce wa haske mai ƙarfi.
face-cue-hold-still = Kada ku motsa.
face-cue-back-light = Hasken da yake bayanku ya yi ƙarfi. Ku ɗan matsa.
face-cue-uneven-light = Gefe ɗaya na fuskarku akwai duhu. Ku juya wajen haske.
face-cue-uncover-face = Don Allah ku buɗe hancinku da bakinku.
face-cue-take-off-glasses = Don Allah ku cire baƙin tabarau.
face-cue-open-eyes = Ku buɗe idanunku.
face-cue-close-mouth = Ku rufe bakinku.
face-cue-look-at-camera = Ku kalli cikin kyamara.
face-cue-look-straight = Ku kalli gaba kai tsaye.
face-cue-turn-left = Ku juya kanku a hankali zuwa hagu.
face-cue-turn-right = Ku juya kanku a hankali zuwa dama.
face-cue-look-up = Ku ɗaga haɓarku a hankali.
face-cue-blink = Ku rufe idanunku. Ku ƙirga zuwa biyu. Ku buɗe su.
face-cue-open-mouth = Ku buɗe bakinku sosai, sannan ku rufe.
face-cue-colours = Ku ci gaba da kallon nan. Launuka suna sauyawa.
face-cue-well-done = Da kyau.

## Finger cues
finger-cue-place = Ku ɗora shi a kan gilashi.
finger-cue-press = Ku ɗan ƙara matsawa.
finger-cue-lighter = Ku danna a hankali.
finger-cue-move-left = Ku matsar da shi hagu.
finger-cue-move-right = Ku matsar da shi dama.
finger-cue-move-up = Ku matsar da shi sama.
finger-cue-move-down = Ku matsar da shi ƙasa.
finger-cue-dry = Ku hura numfashi a yatsanku, sannan ku sake gwadawa.
finger-cue-wet = Ku busar da yatsanku, sannan ku sake gwadawa.
finger-cue-latent = Ku goge gilashin, sannan ku ɗora yatsanku.
finger-cue-one-finger = Yatsa ɗaya kawai.
finger-cue-turn = Ku juya shi, ƙarshensa ya kalli sama.
finger-cue-lift = Ku ɗaga yatsanku.
finger-cue-again = Sau ɗaya kuma, don Allah.
finger-cue-no-finger = Ku ɗora shi a kan gilashi.
finger-cue-well-done = Da kyau.

## Rows
row-name = Suna
row-surname = Sunan iyali
row-given-names = Sunan yanka
row-document-kind = Takarda
row-document-number = Lambar takarda
row-nationality = Ƙasar da kuke
row-issuing-state = Ƙasar da ta bayar
row-date-of-birth = Ranar haihuwa
row-sex = Jinsi
row-expiry = Tana aiki har
row-purpose-of-visit = Dalilin tafiya
row-intended-stay = Tsawon zama
row-face = Fuska
row-finger = Yatsa

## Values of rows
state-xxa = Maras ƙasa
state-xxb = Ɗan gudun hijira (Yarjejeniyar 1951)
state-xxc = Ɗan gudun hijira
state-xxx = Ba a sani ba
sex-f = Mace
sex-m = Namiji
sex-x = Ba a faɗa ba

## Buttons
button-start = Fara
button-continue = Ci gaba
button-back = Koma baya
button-save = Ajiye
button-yes = I, ni ne
button-no = A’a
button-not-me = Wannan ba ni ba ne
button-cannot-do = Ba zan iya yin wannan ba
button-skip-challenges = A ci gaba ba tare da wannan ba
button-cannot-give-finger = Ba zan iya ba da wannan yatsa ba
button-finger-missing = Ba ni da wannan yatsa
button-finger-bandaged = An ɗaure shi ko ya ji rauni
button-finger-other = Wani dalili
button-help = Mutum ya taimaka
button-more-time = Ƙarin lokaci
button-face-again = Sake ɗaukar hoto
button-again = Sake gwadawa
button-end = Gama
button-pictures-only = Hotuna kawai

## Answers
purpose-of-visit-tourism = Yawon buɗe ido
purpose-of-visit-business = Kasuwanci
purpose-of-visit-study = Karatu
purpose-of-visit-work = Aiki
purpose-of-visit-transit = Wucewa kawai
purpose-of-visit-return-home = Komawa gida
purpose-of-visit-other = Wani abu dabam
intended-stay-up-to-3-days = Har kwana 3
intended-stay-up-to-30-days = Har kwana 30
intended-stay-up-to-90-days = Har kwana 90
intended-stay-longer = Fiye da haka
intended-stay-not-applicable = Bai shafe ni ba

## Called, direction, transport, notice in full, companions
direction-title = Ina za ku?
direction-entry = Ina shigowa ƙasa
direction-exit = Ina fita daga ƙasa
transport-title = Ta yaya kuka zo?
transport-on-foot = A ƙafa
transport-car = A mota
transport-bus = A bas
transport-truck = A babbar mota
transport-motorbike = A babur
transport-bicycle = A keke
transport-train = A jirgin ƙasa
transport-ship = A jirgin ruwa
transport-aircraft = A jirgin sama
transport-other = Ta wata hanya
notice-more-title = Bayananku dalla-dalla
notice-more-point-who = Hukumar kan iyaka ({ $authority }) tana tattara bayananku.
notice-more-point-what = Tana tattara abin da yake cikin takardarku, hoton fuskarku, zanen yatsa idan an nema a nan, da amsoshinku.
notice-more-point-why = Ana buƙatar haka don rubuta wanda ya ketare iyaka, kamar yadda doka ta ce.
notice-more-point-how-long = { $days ->
    [one] Ana ajiye su kwana { $days }, sannan a goge su.
   *[other] Ana ajiye su kwana { $days }, sannan a goge su.
  }
notice-more-point-rights = Kuna iya ganin abin da aka ajiye, a gyara shi, ku kuma kai ƙara. Ku nuna lambarku ga jami’i ko hukuma.
notice-more-point-alternative = Ba dole ba ne ku yi amfani da wannan na’ura. Jami’i zai iya yin duka tare da ku.
called-title = Wani mutum yana zuwa
called-title-helped = Wani mutum yana tare da ku
called-cue = Don Allah ku jira a nan. Kuna iya ci gaba ma.
companions-title = Akwai mai tafiya tare da ku?
next-person-title = Mutum na gaba, don Allah
next-person-cue = Kowa yana buƙatar takardarsa.
button-more = Karanta ƙari
button-go-on = Ci gaba
button-to-officer = Zuwa wurin jami’i
button-alone = A’a, ni kaɗai ne
button-together = I, mutum na gaba zai zo

## Typing the document
typing-title-offer = Ba a iya karanta takardarku ba
typing-cue-offer = Kuna iya rubuta abin da yake ciki, ko ku tambayi mutum.
typing-title-kind = Wace takarda kuke da ita?
typing-cue-kind = Ku taɓa hoton da ya yi kama da ita.
typing-title-issuing-state = Wace ƙasa ta ba da takardarku?
typing-cue-issuing-state = Ku rubuta haruffan farko, sannan ku taɓa ƙasar.
typing-title-number = Lambar takarda
typing-cue-number = Ku kwafa ta harafi bayan harafi daga takardarku.
typing-title-number-digit = Lambar da take bayan lambar takarda
typing-cue-number-digit = Ku duba dogayen layukan haruffa da lambobi. Tana nan take bayan lambar takarda.
typing-title-birth = Ranar haihuwa
typing-cue-birth = Rana, wata, shekara: lambobi takwas.
typing-title-birth-digit = Lambar da take bayan ranar haihuwa
typing-cue-birth-digit = A dogayen layuka tana nan take bayan ranar haihuwa.
typing-title-expiry = Tana aiki har
typing-cue-expiry = Rana, wata, shekara: lambobi takwas.
typing-title-expiry-digit = Lambar da take bayan ranar ƙarshe
typing-cue-expiry-digit = A dogayen layuka tana nan take bayan ranar ƙarshe ta takardar.
typing-title-sex = Jinsi, kamar yadda takardarku ta ce
typing-cue-sex = Ku taɓa ɗaya.
typing-title-nationality = Ƙasar da kuke
typing-cue-nationality = Ku rubuta haruffan farko, sannan ku taɓa ƙasar.
typing-title-surname = Sunan iyali
typing-cue-surname = Da haruffan Latin, kamar a dogayen layuka. Idan suna ɗaya ne kawai, ku rubuta a nan.
typing-title-given-names = Sunan yanka
typing-cue-given-names = Da haruffan Latin, kamar a dogayen layuka.
typing-hint-number = Haruffa da lambobi kawai, don Allah.
typing-hint-number-long = Ya yi tsawo. Ku sake ƙirga haruffan.
typing-hint-date = Babu irin wannan rana. Ku rubuta rana, wata da shekara: lambobi takwas.
typing-hint-digit = Lamba ɗaya, don Allah.
typing-hint-name = Haruffan Latin kawai, kamar a dogayen layuka.
typing-hint-check = Lambar ba ta dace ba. Ku kwatanta waɗanda aka yi wa alama: O da 0, I da 1, B da 8, S da 5.
typing-hint-states = Ku taɓa ƙasarku, ko ku rubuta wasu haruffa.
question-hint-days = Ku rubuta yawan kwanaki, kada ya wuce 3650.
button-type-it = Rubuta
button-enter = Ci gaba
button-kind-passport = Littafi: fasfo
button-kind-card = Kati mai dogayen layuka uku
button-kind-card-two-lines = Kati mai dogayen layuka biyu
button-no-digit = Ban gan ta ba
button-no-date = Babu wannan rana
button-no-given-names = Ba ni da sunan yanka
button-go-on-anyway = Haka yake a takardata
answer-yes = I
answer-no = A’a

## The reference
page-reference = Lambarku ta bincike
saved-point-rights = Da wannan lamba kuna iya gani da gyara abin da aka ajiye.
go-point-rights = Ku ɗauki hoton lambar: da ita kuna iya gani da gyara abin da aka ajiye.
row-contact = Tambayoyi da gyare-gyare
row-rights = A yanar gizo
