# The traveller's words in Somali.
# review: none

## What stands on every screen
page-name = Kiyooska xadka
page-moment = Fadlan sug waxyar
page-moment-cue = Kiyoosku wuu isdiyaarinayaa. Booskaagu waa kuu keydsan yahay.
page-progress = Tallaabo { $step } / { $steps }
page-tools = Muuqaalka iyo codka
page-live = Adiga, sida kaamiradu kuu aragto
page-code = Lambarkaaga
page-speech-on = Akhriska codka ah waa shidan yahay.
page-keys = Ku dhaqaaq furayaasha falaaraha. Ku dooro furaha dhexe.
page-button = Badhan
page-hidden = Tan shaashadda oo keliya ayaa lagu tusayaa.
page-headphones-on = Xogtaada sidoo kale hadda waxaa lagu akhrinayaa sameecadaha dhegta.
tool-contrast = Midab ka muuqda
tool-bigger = Qoraal weyn
tool-louder = Cod dheer
tool-speech = Cod ku akhri
tool-repeat = Ku celi
tool-pause = Codka jooji
tool-headphones = Sameecadaha dhegta
page-person = Qofka { $person }
page-called = Qof ayaa soo socda
tool-seat = Fadhi
tool-still = Dhaqdhaqaaq yar
key-erase = Tirtir
key-space = Meel bannaan
key-accents = Xarfo calaamad leh

## Screens
attract-title = Soo dhowow
attract-cue = Diyaarso dukumentiga safarka. Waa ilaa hal daqiiqo.
language-title = Dooro luqaddaada
language-cue = Waxaad sidoo kale ku sii socon kartaa sawirrada oo keliya.
notice-title = Xogtaada iyo xuquuqdaada
notice-cue = Taabo “Sii wad” si aad u bilowdo.
notice-point-what = Waxaan akhrinnaa dukumentigaaga, eegnaa wejigaaga, oo qaadnaa hal far.
notice-point-who = Waxaa arka saraakiisha xadka oo keliya.
notice-point-how-long = Waa la tirtiraa marka sharcigu aanu oggolayn in la sii hayo.
notice-point-rights = Waad arki kartaa, waadna saxsan kartaa. Sarkaal ayaa intaas oo dhan kula samayn kara.
document-title = Tus dukumentigaaga safarka
reading-title = Dukumentigaaga waa la akhrinayaa
reading-cue-chip = Halkaas ku dhaaf. { $percent } % waa la akhriyay.
reading-cue-wait = Fadlan halkiisa ku dhaaf.
confirm-title = Tani ma adigaa?
confirm-cue = Hubi magaca iyo taariikhaha.
face-title = Eeg kaamirada
finger-title = Dhig fartaada
finger-title-right-thumb = Suulka midig
finger-title-right-index = Murugsatada midig
finger-title-right-middle = Farta dhexe ee midig
finger-title-right-ring = Farta faraantiga ee midig
finger-title-right-little = Farta yar ee midig
finger-title-left-thumb = Suulka bidix
finger-title-left-index = Murugsatada bidix
finger-title-left-middle = Farta dhexe ee bidix
finger-title-left-ring = Farta faraantiga ee bidix
finger-title-left-little = Farta yar ee bidix
finger-why-title = Maxaa fartan u diiday?
question-cue = Taabo hal jawaab.
purpose-of-visit-title = Maxaad u safraysaa?
intended-stay-title = Intee ayaad joogaysaa?
review-title = Wax walba ma sax baa?
review-cue = Waxba lama keydiyo ilaa aad taabato “Keydi”.
saving-title = Waa la keydinayaa
saving-cue-wait = Waxyar bay qaadanaysaa.
saved-title = Waa la keydiyay
saved-cue = Fadlan qaado dukumentigaaga.
go-title = Fadlan sii soco
go-cue-completed = Raac falaarta.
go-cue-referred = Fadlan u tag sarkaalka jooga marinka.
officer-title = Fadlan u tag sarkaalka
officer-cue = Sarkaalka ayaa kaa caawinaya inta hartay.
warning-title = Weli ma joogtaa?
warning-cue = Wax walba waa la tirtirayaa si aad ammaan u ahaato.
out-of-service-title = Kiyooskani waa xiran yahay
out-of-service-cue = Fadlan u tag sarkaalka.
out-of-service-cue-update = Waa la cusboonaysiinayaa. Fadlan u tag sarkaalka.
out-of-service-cue-maintenance = Waa la dayactirayaa. Fadlan u tag sarkaalka.
setup-title = Kiyooskani weli diyaar ma aha
setup-cue-wait = Keen USB ama koodhka QR.
setup-cue-enrol = Fadlan sug. Waa la diyaarinayaa.
setup-cue-link = Xiriir ma jiro. Isagaa mar kale isku dayaya.
setup-cue-stick = USB-ga gee xarunta, jawaabtana soo celi.
setup-cue-done = Waa dhammaatay. Hadda ayuu bilaabmayaa.
setup-cue-failed = Diyaarintu way fashilantay. Samee fayl cusub.

## Document cues
document-cue-present = Fur bogga sawirkaagu ku yaal oo saar muraayadda.
document-cue-unreadable-try-again = Si siman u dhig oo mar kale isku day.
document-cue-wrong-check-digits = Waa la akhrin waayay. Fadlan mar kale isku day.
document-cue-expired = Fadlan tus dukumenti kale ama u tag sarkaalka.
document-cue-hold-still = Ha dhaqaajin.
document-cue-closer = Soo dhowee.
document-cue-farther = Wax yar dib u fogee.
document-cue-upside-down = U rog dhinaca saxda ah, korka kor u jeedi.
document-cue-wrong-page = Tus dhinaca leh sadarrada dhaadheer ee xarfaha iyo tirooyinka.
document-cue-turn-over = Rog.
document-cue-glare = Wax yar ka leexi iftiinka.
document-cue-well-done = Aad u wanaagsan.

## Face cues
face-cue-look-here = Halkan eeg.
face-cue-no-face = Is hor taag kaamirada.
face-cue-two-faces = Fadlan hal qof markiiba.
face-cue-closer = Soo dhowow.
face-cue-farther = Wax yar dib u joogso.
face-cue-centre = Dhexda u soo dhaqaaq.
face-cue-more-light = U jeeso iftiinka.
face-cue-less-light = Ka jeeso iftiinka xooggan.
face-cue-hold-still = Ha dhaqaaqin.
face-cue-back-light = Iftiinka kaa dambeeya aad buu u xooggan yahay. Wax yar dhaqaaq.
face-cue-uneven-light = Wejigaaga dhinac ka mid ah waa madow yahay. U jeeso iftiinka.
face-cue-uncover-face = Fadlan sanka iyo afka ka qaad daboolka.
face-cue-take-off-glasses = Fadlan iska bixi muraayadaha madow.
face-cue-open-eyes = Indhaha fur.
face-cue-close-mouth = Afka xir.
face-cue-look-at-camera = Eeg kaamirada.
face-cue-look-straight = Toos hore u eeg.
face-cue-turn-left = Madaxa si tartiib ah bidix u jeedi.
face-cue-turn-right = Madaxa si tartiib ah midig u jeedi.
face-cue-look-up = Garka si tartiib ah kor ugu qaad.
face-cue-blink = Indhaha isku qabo. Ilaa laba tiri. Kala fur.
face-cue-open-mouth = Afka aad u kala qaad, dabadeed xir.
face-cue-colours = Halkan sii eeg. Midabadu way isbeddelayaan.
face-cue-well-done = Aad u wanaagsan.

## Finger cues
finger-cue-place = Saar muraayadda.
finger-cue-press = Wax yar ka xoog badan u riix.
finger-cue-lighter = Si fudud u riix.
finger-cue-move-left = Bidix u dhaqaaji.
finger-cue-move-right = Midig u dhaqaaji.
finger-cue-move-up = Kor u dhaqaaji.
finger-cue-move-down = Hoos u dhaqaaji.
finger-cue-dry = Fartaada ku neefso, dabadeed mar kale isku day.
finger-cue-wet = Fartaada qalaji, dabadeed mar kale isku day.
finger-cue-latent = Muraayadda tirtir, dabadeed fartaada saar.
finger-cue-one-finger = Hal far oo keliya.
finger-cue-turn = U rog si caaraddu kor u jeeddo.
finger-cue-lift = Fartaada qaad.
finger-cue-again = Fadlan mar kale.
finger-cue-no-finger = Saar muraayadda.
finger-cue-well-done = Aad u wanaagsan.

## Rows
row-name = Magaca
row-surname = Magaca qoyska
row-given-names = Magacyada gaarka ah
row-document-kind = Dukumenti
row-document-number = Lambarka dukumentiga
row-nationality = Jinsiyadda
row-issuing-state = Waxaa bixiyay
row-date-of-birth = Taariikhda dhalashada
row-sex = Jinsiga
row-expiry = Wuxuu dhacayaa
row-purpose-of-visit = Sababta safarka
row-intended-stay = Muddada joogista
row-face = Weji
row-finger = Far

## Values of rows
state-xxa = Dal la’aan
state-xxb = Qaxooti (Heshiiskii 1951)
state-xxc = Qaxooti
state-xxx = Lama yaqaan
sex-f = Dheddig
sex-m = Lab
sex-x = Lama sheegin

## Buttons
button-start = Bilow
button-continue = Sii wad
button-back = Dib u noqo
button-save = Keydi
button-yes = Haa, waa aniga
button-no = Maya
button-not-me = Ma aha aniga
button-cannot-do = Tan ma samayn karo
button-skip-challenges = Tan la’aanteed sii wad
button-cannot-give-finger = Fartan ma bixin karo
button-finger-missing = Fartan ma lihi
button-finger-bandaged = Way duuban tahay ama dhaawacan
button-finger-other = Sabab kale
button-help = Qof ha i caawiyo
button-more-time = Waqti dheeraad ah
button-face-again = Sawirka mar kale qaad
button-again = Mar kale isku day
button-end = Dhammee
button-pictures-only = Sawirro keliya

## Answers
purpose-of-visit-tourism = Dalxiis
purpose-of-visit-business = Ganacsi
purpose-of-visit-study = Waxbarasho
purpose-of-visit-work = Shaqo
purpose-of-visit-transit = Sii gudbid
purpose-of-visit-return-home = Guriga ku noqosho
purpose-of-visit-other = Wax kale
intended-stay-up-to-3-days = Ilaa 3 maalmood
intended-stay-up-to-30-days = Ilaa 30 maalmood
intended-stay-up-to-90-days = Ilaa 90 maalmood
intended-stay-longer = Ka badan
intended-stay-not-applicable = Aniga ima khuseyso

## Called, direction, transport, notice in full, companions
direction-title = Xaggee u socotaa?
direction-entry = Waan soo gelayaa
direction-exit = Waan baxayaa
transport-title = Sidee ku timid?
transport-on-foot = Lug
transport-car = Baabuur
transport-bus = Bas
transport-truck = Gaari xamuul
transport-motorbike = Mooto
transport-bicycle = Baaskiil
transport-train = Tareen
transport-ship = Doon ama markab
transport-aircraft = Diyaarad
transport-other = Si kale
notice-more-title = Xogtaada oo faahfaahsan
notice-more-point-who = Hay’adda xadka ({ $authority }) ayaa xogtaada ururisa.
notice-more-point-what = Waxay ururisaa waxa dukumentigaaga ku qoran, sawirka wejigaaga, faraha haddii goobtani weyddiiso, iyo jawaabahaaga.
notice-more-point-why = Waxaa loo baahan yahay in la diiwaangeliyo cidda xadka ka gudubta, sida sharcigu dhigayo.
notice-more-point-how-long = { $days ->
    [one] Waxaa la hayaa { $days } maalin, dabadeed waa la tirtiraa.
   *[other] Waxaa la hayaa { $days } maalmood, dabadeed waa la tirtiraa.
  }
notice-more-point-rights = Waad arki kartaa waxa keydsan, waad saxsan kartaa, waadna ka cawan kartaa. Lambarkaaga tixraaca tus sarkaal ama hay’adda.
notice-more-point-alternative = Kuma qasbana inaad kiyooskan isticmaasho. Sarkaal ayaa intaas oo dhan kula samayn kara.
called-title = Qof ayaa soo socda
called-title-helped = Qof ayaa kula jooga
called-cue = Fadlan halkan ku sug. Waad sii wadi kartaa sidoo kale.
companions-title = Cid kula socota ma jirtaa?
next-person-title = Fadlan qofka xiga
next-person-cue = Qof walba wuxuu u baahan yahay dukumentigiisa.
button-more = Wax badan akhri
button-go-on = Sii wad
button-to-officer = U tag sarkaalka
button-alone = Maya, keligay ayaan ahay
button-together = Haa, qofka xiga ayaa imanaya

## Typing the document
typing-title-offer = Dukumentigaaga waa la akhrin waayay
typing-cue-offer = Waad qori kartaa waxa ku yaal, ama qof weyddii.
typing-title-kind = Dukumentigee ayaad haysataa?
typing-cue-kind = Taabo sawirka u eg.
typing-title-issuing-state = Waddankee ayaa bixiyay dukumentigaaga?
typing-cue-issuing-state = Qor xarfaha hore, dabadeed taabo waddanka.
typing-title-number = Lambarka dukumentiga
typing-cue-number = Calaamad calaamad uga soo guuri dukumentigaaga.
typing-title-number-digit = Tirada ka dambaysa lambarka
typing-cue-number-digit = Eeg sadarrada dhaadheer ee xarfaha iyo tirooyinka. Tiradu waxay ku xigtaa lambarka dukumentiga.
typing-title-birth = Taariikhda dhalashada
typing-cue-birth = Maalin, bil, sannad: siddeed tiro.
typing-title-birth-digit = Tirada ka dambaysa taariikhda dhalashada
typing-cue-birth-digit = Sadarrada dhaadheer waxay ku xigtaa taariikhda dhalashada.
typing-title-expiry = Wuxuu dhacayaa
typing-cue-expiry = Maalin, bil, sannad: siddeed tiro.
typing-title-expiry-digit = Tirada ka dambaysa maalinta u dambaysa
typing-cue-expiry-digit = Sadarrada dhaadheer waxay ku xigtaa maalinta u dambaysa ee dukumentiga.
typing-title-sex = Jinsiga, sida dukumentigaagu sheegayo
typing-cue-sex = Mid taabo.
typing-title-nationality = Jinsiyaddaada
typing-cue-nationality = Qor xarfaha hore, dabadeed taabo waddanka.
typing-title-surname = Magaca qoyska
typing-cue-surname = Xarfo Laatiin ah, sida sadarrada dhaadheer. Haddii aad hal magac leedahay, halkan ku qor.
typing-title-given-names = Magacyada gaarka ah
typing-cue-given-names = Xarfo Laatiin ah, sida sadarrada dhaadheer.
typing-hint-number = Fadlan xarfo iyo tirooyin keliya.
typing-hint-number-long = Aad buu u dheer yahay. Mar kale tiri calaamadaha.
typing-hint-date = Maalintaas ma jirto. Qor maalin, bil iyo sannad: siddeed tiro.
typing-hint-digit = Fadlan hal tiro.
typing-hint-name = Xarfo Laatiin ah oo keliya, sida sadarrada dhaadheer.
typing-hint-check = Tiradu isma waafaqsana. Isbarbardhig calaamadaha la muujiyay: O iyo 0, I iyo 1, B iyo 8, S iyo 5.
typing-hint-states = Taabo waddankaaga, ama qor xarfo kale.
question-hint-days = Qor tirada maalmaha, ugu badnaan 3650.
button-type-it = Qor
button-enter = Sii wad
button-kind-passport = Buug: baasaboor
button-kind-card = Kaar: saddex sadar oo dhaadheer
button-kind-card-two-lines = Kaar: laba sadar oo dhaadheer
button-no-digit = Ma heli karo
button-no-date = Taariikhdaas kuma taal
button-no-given-names = Ma lihi magac gaar ah
button-go-on-anyway = Sidaas ayuu ugu qoran yahay dukumentigayga
answer-yes = Haa
answer-no = Maya

## The reference
page-reference = Lambarkaaga tixraaca
saved-point-rights = Tixraacan waxaad ku arki kartaa kuna saxsan kartaa waxa keydsan.
go-point-rights = Sawir ka qaad tixraaca: waxaad ku arki kartaa kuna saxsan kartaa waxa keydsan.
row-contact = Su’aalo iyo saxid
row-rights = Shabakadda
