"""The threshold of the face comparison, and where it comes from.

Words of ISO/IEC 19795-1: FMR, FNMR, EER, failure to enrol. Measured with `kiosk evaluate` on ten
people with ten press photographs each, a subset of LFW (Labeled Faces in the Wild); every face was
found. THRESHOLD was chosen on one half (the 1st, 3rd, 5th, 7th and 9th person by name; 225 genuine
and 1,000 impostor pairs) for a target FMR of 0.1 %: the 99.9 % quantile of the normal distribution
fitted to the impostor cosines (0.508), which lies above their largest (0.434).

On the other half (225 genuine, 1,000 impostor pairs) at 0.51: FMR 0 % (0 errors; 95 % interval
0-0.38 %), FNMR 2.7 % (6 errors; 0-8 %), EER 0.5 %. The halves swapped gave 0.49, with FMR 0 %
(0-0.38 %) and FNMR 0.9 % (2 errors; 0-3.2 %). In-sample, on all 4,500 impostor and 450 genuine
pairs at 0.51: FMR 0 % (largest cosine 0.493), FNMR 1.8 %.

What this is not: FALSE_MATCH_RATE is what the threshold was chosen for; with so few people it can
be said only that it is below about 0.4 %. The people are male politicians in press light:
nothing is said of other ages, sexes or skins, nor of a document's portrait against a live face,
which is the kiosk's own case. An operator measures his own with `kiosk evaluate faces FOLDER`.
"""

THRESHOLD = 0.51
FALSE_MATCH_RATE = 0.001
