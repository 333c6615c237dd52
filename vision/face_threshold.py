"""The threshold of the face comparison, and where it comes from.

Words of ISO/IEC 19795-1. Measured with `kiosk evaluate faces` on ten people with ten press
photographs each, a subset of LFW (Labeled Faces in the Wild); every face was found. THRESHOLD was
chosen on one half (the 1st, 3rd, 5th, 7th and 9th person by name; 225 genuine and 1,000 impostor
pairs) for TARGET_FMR: the 99.9 % quantile of the normal distribution fitted to the impostor scores,
which lies above their largest.

On the other half (225 genuine, 1,000 impostor pairs) no impostor pair reached it. So many pairs
show no more than that the rate is below 0.3 % (95 %, three over the pairs, were they independent):
FALSE_MATCH_RATE, which events quote, is that bound and not the wish. docs/model_cards/face.md has
the figures and their intervals. The people are male politicians in press light: nothing is said of
other ages, sexes or skins, nor of a document's portrait against a live face, which is the kiosk's
own case. An operator measures his own with `kiosk evaluate faces FOLDER`.
"""

THRESHOLD = 0.51
TARGET_FMR = 0.001
FALSE_MATCH_RATE = 0.003
