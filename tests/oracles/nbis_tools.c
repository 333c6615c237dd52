/* mindtct and bozorth3 as programs: NIST's own libraries, and of their command lines what
 * `kiosk evaluate fingers --vs nbis` uses.
 *
 *   mindtct IMAGE.ihd ROOT                 IHead, 8 bit, uncompressed -> ROOT.xyt (x y degrees quality)
 *   bozorth3 -p PROBE.xyt GALLERY.xyt ...  one score a line
 *
 * Built by build_nbis.sh, which defines TOOL_MINDTCT for the one and TOOL_BOZORTH3 for the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef TOOL_MINDTCT
#include <lfs.h>

/* ihead.h of NBIS: a length of 8 characters, then a header of 288 with numbers as text. */
enum { WIDTH_AT = 8 + 80 + 26, HEIGHT_AT = WIDTH_AT + 8, DEPTH_AT = HEIGHT_AT + 8 };
enum { PPI_AT = DEPTH_AT + 8, PACKED_AT = PPI_AT + 8, PIXELS_AT = 8 + 288, LONGEST = 20000 };

static int number(const unsigned char *header, int at)
{
    char text[9] = {0};
    memcpy(text, header + at, 8);
    return atoi(text);
}

static unsigned char *read_image(const char *path, int *width, int *height, int *ppi)
{
    unsigned char header[PIXELS_AT];
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(header, 1, PIXELS_AT, file) != PIXELS_AT) return NULL;
    *width = number(header, WIDTH_AT);
    *height = number(header, HEIGHT_AT);
    *ppi = number(header, PPI_AT);
    if (number(header, 0) != 288 || number(header, DEPTH_AT) != 8 || number(header, PACKED_AT) != 0
        || *ppi < 1 || *width < 1 || *height < 1 || *width > LONGEST || *height > LONGEST)
        return NULL;
    size_t size = (size_t)*width * (size_t)*height;
    unsigned char *pixels = malloc(size);
    if (pixels == NULL || fread(pixels, 1, size, file) != size) return NULL;
    fclose(file);
    return pixels;
}

static int write_xyt(const char *root, const MINUTIAE *found, int width, int height)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s.xyt", root) >= (int)sizeof path) return 1;
    FILE *file = fopen(path, "w");
    if (file == NULL) return 1;
    for (int i = 0; i < found->num; i++) {
        int x, y, degrees;
        lfs2nist_minutia_XYT(&x, &y, &degrees, found->list[i], width, height);
        fprintf(file, "%d %d %d %d\n", x, y, degrees, sround(found->list[i]->reliability * 100.0));
    }
    return fclose(file);
}

int main(int count, char **words)
{
    int width, height, ppi, map_width, map_height, out_width, out_height, out_depth;
    int *quality, *direction, *low_contrast, *low_flow, *high_curve;
    unsigned char *binary, *pixels;
    MINUTIAE *found = NULL;
    if (count != 3) {
        fprintf(stderr, "Usage : %s <finger_img_in> <oroot>\n", words[0]);
        return 2;
    }
    pixels = read_image(words[1], &width, &height, &ppi);
    if (pixels == NULL) {
        fprintf(stderr, "%s: %s is no whole IHead picture of 8 bit\n", words[0], words[1]);
        return 1;
    }
    int failed = get_minutiae(&found, &quality, &direction, &low_contrast, &low_flow, &high_curve,
                              &map_width, &map_height, &binary, &out_width, &out_height, &out_depth,
                              pixels, width, height, 8, ppi / 25.4, &lfsparms_V2);
    if (failed || found == NULL) return 1;
    return write_xyt(words[2], found, out_width, out_height);
}
#endif

#ifdef TOOL_BOZORTH3
#include <bozorth.h>

/* What NBIS's own bozorth3.c sets, and not what the wrapper in the sdist sets. */
BZ_THREAD_LOCAL FILE *errorfp = NULL;
int m1_xyt = 0;
int min_computable_minutiae = MIN_COMPUTABLE_BOZORTH_MINUTIAE;
int verbose_bozorth = 0;
int verbose_threshold = 0;
extern int max_minutiae;

void nbis_bozorth_ensure_errorfp(void)
{
    if (errorfp == NULL) errorfp = stderr;
}

int main(int count, char **words)
{
    nbis_bozorth_ensure_errorfp();
    max_minutiae = DEFAULT_BOZORTH_MINUTIAE;
    if (count < 4 || strcmp(words[1], "-p") != 0) {
        fprintf(stderr, "Usage : %s -p probe.xyt gallery*.xyt\n", words[0]);
        return 2;
    }
    struct xyt_struct *probe = bz_load(words[2]);
    if (probe == XYT_NULL) return 1;
    int length = bozorth_probe_init(probe);
    for (int i = 3; i < count; i++) {
        struct xyt_struct *gallery = bz_load(words[i]);
        if (gallery == XYT_NULL) return 1;
        printf("%d\n", bozorth_to_gallery(length, probe, gallery));
        free(gallery);
    }
    return 0;
}
#endif
