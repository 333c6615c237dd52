# The traveller's words in Amharic.
# review: none

## What stands on every screen
page-name = የድንበር ኪዮስክ
page-moment = እባክዎ ትንሽ ይጠብቁ
page-moment-cue = ኪዮስኩ እየተዘጋጀ ነው። ተራዎ ተጠብቋል።
page-progress = ደረጃ { $step } ከ { $steps }
page-tools = ማሳያ እና ድምፅ
page-live = እርስዎ፣ በካሜራው እንደሚታዩት
page-code = የእርስዎ ኮድ
page-speech-on = ድምፅ አውጥቶ ማንበብ በርቷል።
page-keys = በቀስት ቁልፎቹ ይንቀሳቀሱ። በመካከለኛው ቁልፍ ይምረጡ።
page-button = ቁልፍ
page-hidden = ይህ በስክሪኑ ላይ ብቻ ይታያል።
page-headphones-on = አሁን መረጃዎም በጆሮ ማዳመጫው ይነበባል።
tool-contrast = የጎላ ቀለም
tool-bigger = ትልቅ ጽሑፍ
tool-louder = ከፍ ያለ ድምፅ
tool-speech = ድምፅ አውጥቶ ማንበብ
tool-repeat = ይድገሙት
tool-pause = ድምፁን ያቁሙ
tool-headphones = የጆሮ ማዳመጫ
page-person = ሰው { $person }
page-called = ሰው እየመጣ ነው
tool-seat = ተቀምጠው
tool-still = ያነሰ እንቅስቃሴ
key-erase = ይሰርዙ
key-space = ክፍት ቦታ
key-accents = ምልክት ያላቸው ፊደላት

## Screens
attract-title = እንኳን ደህና መጡ
attract-cue = የጉዞ ሰነድዎን ያዘጋጁ። አንድ ደቂቃ ያህል ይወስዳል።
language-title = ቋንቋዎን ይምረጡ
language-cue = በሥዕሎች ብቻም መቀጠል ይችላሉ።
notice-title = መረጃዎ እና መብቶችዎ
notice-cue = ለመጀመር «ይቀጥሉ» የሚለውን ይንኩ።
notice-point-what = ሰነድዎን እናነባለን፣ ፊትዎን እናያለን፣ የአንድ ጣት አሻራ እንወስዳለን።
notice-point-who = ይህን የሚያዩት የድንበር ኦፊሰሮች ብቻ ናቸው።
notice-point-how-long = ሕጉ እንዲቀመጥ መፍቀዱን ሲያቆም ይሰረዛል።
notice-point-rights = መረጃዎን ማየትና እንዲታረም መጠየቅ ይችላሉ። ይህን ሁሉ ከኦፊሰር ጋር ማድረግ ይችላሉ።
document-title = የጉዞ ሰነድዎን ያሳዩ
reading-title = ሰነድዎ እየተነበበ ነው
reading-cue-chip = ባለበት ይተዉት። { $percent } % ተነቧል።
reading-cue-wait = እባክዎ ባለበት ይተዉት።
confirm-title = ይህ እርስዎ ነዎት?
confirm-cue = ስሙን እና ቀኖቹን ያረጋግጡ።
face-title = ካሜራውን ይመልከቱ
finger-title = ጣትዎን ያስቀምጡ
finger-title-right-thumb = የቀኝ አውራ ጣት
finger-title-right-index = የቀኝ ጠቋሚ ጣት
finger-title-right-middle = የቀኝ መሐል ጣት
finger-title-right-ring = የቀኝ ቀለበት ጣት
finger-title-right-little = የቀኝ ትንሽ ጣት
finger-title-left-thumb = የግራ አውራ ጣት
finger-title-left-index = የግራ ጠቋሚ ጣት
finger-title-left-middle = የግራ መሐል ጣት
finger-title-left-ring = የግራ ቀለበት ጣት
finger-title-left-little = የግራ ትንሽ ጣት
finger-why-title = ይህን ጣት ለምን መስጠት አይችሉም?
question-cue = አንድ መልስ ይንኩ።
purpose-of-visit-title = የሚጓዙት ለምንድን ነው?
intended-stay-title = ምን ያህል ጊዜ ይቆያሉ?
review-title = ሁሉም ትክክል ነው?
review-cue = «ያስቀምጡ» የሚለውን እስኪነኩ ድረስ ምንም አይቀመጥም።
saving-title = እየተቀመጠ ነው
saving-cue-wait = ትንሽ ጊዜ ይወስዳል።
saved-title = በደህና ተቀምጧል
saved-cue = እባክዎ ሰነድዎን ይውሰዱ።
go-title = እባክዎ ወደፊት ይሂዱ
go-cue-completed = ቀስቱን ይከተሉ።
go-cue-referred = እባክዎ በመተላለፊያው ወዳለው ኦፊሰር ይቅረቡ።
officer-title = እባክዎ ወደ ኦፊሰሩ ይሂዱ
officer-cue = ከዚህ በኋላ ኦፊሰሩ ይረዳዎታል።
warning-title = አሁንም እዚህ ነዎት?
warning-cue = ለደህንነትዎ ሁሉም ነገር ይሰረዛል።
out-of-service-title = ይህ ኪዮስክ ተዘግቷል
out-of-service-cue = እባክዎ ወደ ኦፊሰሩ ይሂዱ።
out-of-service-cue-update = በመዘመን ላይ ነው። እባክዎ ወደ ኦፊሰሩ ይሂዱ።
out-of-service-cue-maintenance = በጥገና ላይ ነው። እባክዎ ወደ ኦፊሰሩ ይሂዱ።
setup-title = ይህ ኪዮስክ ገና ዝግጁ አይደለም
setup-cue-wait = የማዋቀሪያ ፍላሽ ወይም ኮድ ያምጡ።
setup-cue-enrol = እባክዎ ይጠብቁ። በመዘጋጀት ላይ ነው።
setup-cue-link = ግንኙነት የለም። በራሱ እንደገና ይሞክራል።
setup-cue-stick = ስቲኩን ወደ ማዕከሉ ይውሰዱ፣ መልሱንም ያምጡ።
setup-cue-done = ተጠናቋል። አሁን ይጀምራል።
setup-cue-failed = ማዘጋጀት አልተቻለም። አዲስ ፋይል ያዘጋጁ።

## Document cues
document-cue-present = ፎቶዎ ያለበትን ገጽ ከፍተው በመስታወቱ ላይ ያስቀምጡት።
document-cue-unreadable-try-again = ዘርግተው ያስቀምጡትና እንደገና ይሞክሩ።
document-cue-wrong-check-digits = ሊነበብ አልቻለም። እባክዎ እንደገና ይሞክሩ።
document-cue-expired = እባክዎ ሌላ ሰነድ ያሳዩ ወይም ወደ ኦፊሰሩ ይሂዱ።
document-cue-hold-still = ሳያንቀሳቅሱ ይያዙት።
document-cue-closer = ያቅርቡት።
document-cue-farther = ትንሽ ያርቁት።
document-cue-upside-down = ላዩን ወደ ላይ አድርገው ያዙሩት።
document-cue-wrong-page = ረጅም የፊደልና የቁጥር መስመሮች ያሉበትን ጎን ያሳዩ።
document-cue-turn-over = ይገልብጡት።
document-cue-glare = ከብርሃኑ ትንሽ ያዘንብሉት።
document-cue-well-done = በጣም ጥሩ።

## Face cues
face-cue-look-here = እዚህ ይመልከቱ።
face-cue-no-face = ከካሜራው ፊት ለፊት ይቁሙ።
face-cue-two-faces = እባክዎ አንድ ሰው ብቻ።
face-cue-closer = ይቅረቡ።
face-cue-farther = ትንሽ ወደ ኋላ ይበሉ።
face-cue-centre = ወደ መሐል ይምጡ።
face-cue-more-light = ወደ ብርሃኑ ይዙሩ።
face-cue-less-light = ከደማቁ ብርሃን ፊትዎን ያዙሩ።
face-cue-hold-still = አይንቀሳቀሱ።
face-cue-back-light = ከጀርባዎ ያለው ብርሃን በጣም ደማቅ ነው። ትንሽ ይንቀሳቀሱ።
face-cue-uneven-light = የፊትዎ አንዱ ጎን ጨልሟል። ወደ ብርሃኑ ይዙሩ።
face-cue-uncover-face = እባክዎ አፍንጫዎን እና አፍዎን ይግለጡ።
face-cue-take-off-glasses = እባክዎ ጥቁር መነጽርዎን ያውልቁ።
face-cue-open-eyes = ዓይኖችዎን ይክፈቱ።
face-cue-close-mouth = አፍዎን ይዝጉ።
face-cue-look-at-camera = ወደ ካሜራው ይመልከቱ።
face-cue-look-straight = በቀጥታ ወደ ፊት ይመልከቱ።
face-cue-turn-left = ራስዎን ቀስ ብለው ወደ ግራ ያዙሩ።
face-cue-turn-right = ራስዎን ቀስ ብለው ወደ ቀኝ ያዙሩ።
face-cue-look-up = አገጭዎን ቀስ ብለው ወደ ላይ ያንሱ።
face-cue-blink = ዓይኖችዎን ይጨፍኑ። እስከ ሁለት ይቁጠሩ። ይክፈቷቸው።
face-cue-open-mouth = አፍዎን በሰፊው ይክፈቱ፣ ከዚያ ይዝጉት።
face-cue-colours = እዚህ መመልከትዎን ይቀጥሉ። ቀለሞቹ ይለዋወጣሉ።
face-cue-well-done = በጣም ጥሩ።

## Finger cues
finger-cue-place = በመስታወቱ ላይ ያስቀምጡት።
finger-cue-press = ትንሽ ጠንከር አድርገው ይጫኑ።
finger-cue-lighter = ቀለል አድርገው ይጫኑ።
finger-cue-move-left = ወደ ግራ ያንቀሳቅሱት።
finger-cue-move-right = ወደ ቀኝ ያንቀሳቅሱት።
finger-cue-move-up = ወደ ላይ ያንቀሳቅሱት።
finger-cue-move-down = ወደ ታች ያንቀሳቅሱት።
finger-cue-dry = ጣትዎ ላይ ይተንፍሱ፣ ከዚያ እንደገና ይሞክሩ።
finger-cue-wet = ጣትዎን ያድርቁ፣ ከዚያ እንደገና ይሞክሩ።
finger-cue-latent = መስታወቱን ይጥረጉ፣ ከዚያ ጣትዎን ያስቀምጡ።
finger-cue-one-finger = አንድ ጣት ብቻ።
finger-cue-turn = ጫፉ ወደ ላይ እንዲያመለክት ያዙሩት።
finger-cue-lift = ጣትዎን ያንሱ።
finger-cue-again = እባክዎ አንድ ጊዜ ይድገሙ።
finger-cue-no-finger = በመስታወቱ ላይ ያስቀምጡት።
finger-cue-well-done = በጣም ጥሩ።

## Rows
row-name = ስም
row-surname = የቤተሰብ ስም
row-given-names = የመጠሪያ ስም
row-document-kind = ሰነድ
row-document-number = የሰነድ ቁጥር
row-nationality = ዜግነት
row-issuing-state = የሰጠው አገር
row-date-of-birth = የትውልድ ቀን
row-sex = ጾታ
row-expiry = የሚያበቃበት ቀን
row-purpose-of-visit = የጉዞ ምክንያት
row-intended-stay = የቆይታ ጊዜ
row-face = ፊት
row-finger = ጣት

## Values of rows
state-xxa = አገር አልባ
state-xxb = ስደተኛ (የ1951 ስምምነት)
state-xxc = ስደተኛ
state-xxx = ያልታወቀ
sex-f = ሴት
sex-m = ወንድ
sex-x = ያልተገለጸ

## Buttons
button-start = ይጀምሩ
button-continue = ይቀጥሉ
button-back = ይመለሱ
button-save = ያስቀምጡ
button-yes = አዎ፣ ይህ እኔ ነኝ
button-no = አይ
button-not-me = ይህ እኔ አይደለሁም
button-cannot-do = ይህን ማድረግ አልችልም
button-skip-challenges = ያለዚህ ይቀጥሉ
button-cannot-give-finger = ይህን ጣት መስጠት አልችልም
button-finger-missing = ይህ ጣት የለኝም
button-finger-bandaged = ታሽጓል ወይም ተጎድቷል
button-finger-other = ሌላ ምክንያት
button-help = ሰው ይርዳኝ
button-more-time = ተጨማሪ ጊዜ
button-face-again = ፎቶውን እንደገና ያንሱ
button-again = እንደገና ይሞክሩ
button-end = ይጨርሱ
button-pictures-only = በሥዕሎች ብቻ

## Answers
purpose-of-visit-tourism = ጉብኝት
purpose-of-visit-business = ንግድ
purpose-of-visit-study = ትምህርት
purpose-of-visit-work = ሥራ
purpose-of-visit-transit = ማለፍ ብቻ
purpose-of-visit-return-home = ወደ አገሬ መመለስ
purpose-of-visit-other = ሌላ ምክንያት
intended-stay-up-to-3-days = እስከ 3 ቀን
intended-stay-up-to-30-days = እስከ 30 ቀን
intended-stay-up-to-90-days = እስከ 90 ቀን
intended-stay-longer = ከዚያ በላይ
intended-stay-not-applicable = እኔን አይመለከትም

## Called, direction, transport, notice in full, companions
direction-title = ወደ የት እየሄዱ ነው?
direction-entry = ወደ አገሩ እገባለሁ
direction-exit = ከአገሩ እወጣለሁ
transport-title = በምን መጡ?
transport-on-foot = በእግር
transport-car = በመኪና
transport-bus = በአውቶቡስ
transport-truck = በጭነት መኪና
transport-motorbike = በሞተር ብስክሌት
transport-bicycle = በብስክሌት
transport-train = በባቡር
transport-ship = በጀልባ ወይም በመርከብ
transport-aircraft = በአውሮፕላን
transport-other = በሌላ መንገድ
notice-more-title = ስለ መረጃዎ በሙሉ
notice-more-point-who = የድንበር ባለሥልጣኑ ({ $authority }) መረጃዎን ይሰበስባል።
notice-more-point-what = በሰነድዎ ላይ ያለውን፣ የፊትዎን ፎቶ፣ ይህ ኬላ ከጠየቀ የጣት አሻራ እና መልሶችዎን ይሰበስባል።
notice-more-point-why = ሕጉ በሚጠይቀው መሠረት ድንበር የሚሻገረውን ለመመዝገብ ያስፈልጋል።
notice-more-point-how-long = { $days ->
    [one] ለ{ $days } ቀን ይቀመጣል፣ ከዚያ ይሰረዛል።
   *[other] ለ{ $days } ቀናት ይቀመጣል፣ ከዚያ ይሰረዛል።
  }
notice-more-point-rights = የተቀመጠውን ማየት፣ እንዲታረም መጠየቅ እና ቅሬታ ማቅረብ ይችላሉ። የማጣቀሻ ቁጥርዎን ለኦፊሰር ወይም ለባለሥልጣኑ ያሳዩ።
notice-more-point-alternative = ይህን ኪዮስክ መጠቀም ግዴታ አይደለም። ኦፊሰር ሁሉንም ከእርስዎ ጋር ሊያደርግ ይችላል።
called-title = ሰው እየመጣ ነው
called-title-helped = ሰው ከእርስዎ ጋር ነው
called-cue = እባክዎ እዚህ ይጠብቁ። መቀጠልም ይችላሉ።
companions-title = ከእርስዎ ጋር የሚጓዝ ሰው አለ?
next-person-title = እባክዎ ቀጣዩ ሰው
next-person-cue = እያንዳንዱ ሰው የራሱ ሰነድ ያስፈልገዋል።
button-more = ተጨማሪ ያንብቡ
button-go-on = ይቀጥሉ
button-to-officer = ወደ ኦፊሰሩ
button-alone = የለም፣ ብቻዬን ነኝ
button-together = አዎ፣ ቀጣዩ ሰው ይመጣል

## Typing the document
typing-title-offer = ሰነድዎ ሊነበብ አልቻለም
typing-cue-offer = በውስጡ ያለውን መጻፍ ወይም ሰው መጠየቅ ይችላሉ።
typing-title-kind = የትኛው ሰነድ አለዎት?
typing-cue-kind = የሚመስለውን ሥዕል ይንኩ።
typing-title-issuing-state = ሰነድዎን የሰጠው የትኛው አገር ነው?
typing-cue-issuing-state = የመጀመሪያ ፊደሎቹን ይጻፉ፣ ከዚያ አገሩን ይንኩ።
typing-title-number = የሰነድ ቁጥር
typing-cue-number = ከሰነድዎ ምልክት በምልክት ይቅዱት።
typing-title-number-digit = ከቁጥሩ ቀጥሎ ያለው አኃዝ
typing-cue-number-digit = ረጅሞቹን የፊደልና የቁጥር መስመሮች ይመልከቱ። አኃዙ ከሰነዱ ቁጥር ወዲያው ቀጥሎ ነው።
typing-title-birth = የትውልድ ቀን
typing-cue-birth = ቀን፣ ወር፣ ዓመት (እ.ኤ.አ.)፦ ስምንት አኃዞች።
typing-title-birth-digit = ከትውልድ ቀን ቀጥሎ ያለው አኃዝ
typing-cue-birth-digit = በረጅሞቹ መስመሮች ከትውልድ ቀን ወዲያው ቀጥሎ ነው።
typing-title-expiry = የሚያበቃበት ቀን
typing-cue-expiry = ቀን፣ ወር፣ ዓመት (እ.ኤ.አ.)፦ ስምንት አኃዞች።
typing-title-expiry-digit = ከመጨረሻው ቀን ቀጥሎ ያለው አኃዝ
typing-cue-expiry-digit = በረጅሞቹ መስመሮች ከሰነዱ የመጨረሻ ቀን ወዲያው ቀጥሎ ነው።
typing-title-sex = ጾታ፣ በሰነድዎ እንዳለው
typing-cue-sex = አንዱን ይንኩ።
typing-title-nationality = ዜግነትዎ
typing-cue-nationality = የመጀመሪያ ፊደሎቹን ይጻፉ፣ ከዚያ አገሩን ይንኩ።
typing-title-surname = የቤተሰብ ስም
typing-cue-surname = በረጅሞቹ መስመሮች እንዳለው በላቲን ፊደላት። አንድ ስም ብቻ ካለዎት እዚህ ይጻፉት።
typing-title-given-names = የመጠሪያ ስም
typing-cue-given-names = በረጅሞቹ መስመሮች እንዳለው በላቲን ፊደላት።
typing-hint-number = እባክዎ ፊደላትና አኃዞች ብቻ።
typing-hint-number-long = በጣም ረጅም ነው። ምልክቶቹን እንደገና ይቁጠሩ።
typing-hint-date = እንዲህ ያለ ቀን የለም። ቀን፣ ወርና ዓመት ይጻፉ፦ ስምንት አኃዞች።
typing-hint-digit = እባክዎ አንድ አኃዝ።
typing-hint-name = በረጅሞቹ መስመሮች እንዳለው የላቲን ፊደላት ብቻ።
typing-hint-check = አኃዙ አይስማማም። ምልክት የተደረገባቸውን ያነጻጽሩ፦ O እና 0፣ I እና 1፣ B እና 8፣ S እና 5።
typing-hint-states = አገርዎን ይንኩ፣ ወይም ሌሎች ፊደሎችን ይጻፉ።
question-hint-days = የቀናቱን ቁጥር ይጻፉ፣ ቢበዛ 3650።
button-type-it = ይጻፉት
button-enter = ይቀጥሉ
button-kind-passport = መጽሐፍ፦ ፓስፖርት
button-kind-card = ሦስት ረጅም መስመሮች ያሉት ካርድ
button-kind-card-two-lines = ሁለት ረጅም መስመሮች ያሉት ካርድ
button-no-digit = ላገኘው አልቻልኩም
button-no-date = እንዲህ ያለ ቀን የለውም
button-no-given-names = የመጠሪያ ስም የለኝም
button-go-on-anyway = በሰነዴ ላይ እንዲሁ ነው
answer-yes = አዎ
answer-no = አይ

## The reference
page-reference = የማጣቀሻ ቁጥርዎ
saved-point-rights = በዚህ ማጣቀሻ ቁጥር የተቀመጠውን ማየትና ማሳረም ይችላሉ።
go-point-rights = ማጣቀሻ ቁጥሩን ፎቶ ያንሱ፦ በእሱ የተቀመጠውን ማየትና ማሳረም ይችላሉ።
row-contact = ጥያቄዎችና እርማቶች
row-rights = በድረ ገጽ
