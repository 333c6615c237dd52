/* A camera that answers V4L2's ioctl calls, laid under a program by LD_PRELOAD: the file V4L2_PEER is the camera.
 *
 * It is compiled against the kernel's own linux/videodev2.h, so that it reads and writes what a driver would. The
 * descriptor is a timer: it becomes readable at the frame rate. V4L2_PEER_LOG gets one line for each thing that was set;
 * V4L2_PEER_JPEG is a folder of WIDTHxHEIGHT.jpg; V4L2_PEER_MANNERS is a list of words, which test_v4l2_peer.py tells.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 4, BUFFER_BYTES = 1 << 22 };
struct mode { __u32 format, width, height, fps; };
static const struct mode MODES[] = {
    {V4L2_PIX_FMT_YUYV, 640, 480, 30}, {V4L2_PIX_FMT_YUYV, 640, 480, 15}, {V4L2_PIX_FMT_YUYV, 1280, 960, 5},
    {V4L2_PIX_FMT_MJPEG, 1280, 960, 30}, {V4L2_PIX_FMT_MJPEG, 1920, 1080, 30}, {V4L2_PIX_FMT_H264, 1280, 960, 30},
};
enum { MODE_COUNT = sizeof MODES / sizeof *MODES };

static int camera = -1, queued[BUFFERS], queue_length;
static unsigned char *memory[BUFFERS];
static struct v4l2_pix_format used;
static __u32 fps = 30, frames;

static int manner(const char *word) {
    const char *all = getenv("V4L2_PEER_MANNERS");
    return all && strstr(all, word) != NULL;
}

static void tell(const char *what, long first, long second) {
    const char *path = getenv("V4L2_PEER_LOG");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s %ld %ld\n", what, first, second);
    fclose(file);
}

static int refuse(int error) {
    errno = error;
    return -1;
}

static int opened(const char *path) {
    const char *ours = getenv("V4L2_PEER");
    if (!ours || strcmp(path, ours) != 0) return -1;
    camera = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return camera;
}

#define OPENER(name)                                                         \
    int name(const char *path, int flags, ...) {                             \
        va_list rest;                                                        \
        va_start(rest, flags);                                               \
        int mode = (flags & O_CREAT) ? va_arg(rest, int) : 0;                \
        va_end(rest);                                                        \
        int found = opened(path);                                            \
        int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, #name);       \
        return found >= 0 ? found : next(path, flags, mode);                 \
    }
OPENER(open)
OPENER(open64)

#define MAPPER(name)                                                         \
    void *name(void *at, size_t size, int prot, int flags, int fd, off_t offset) { \
        void *(*next)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, #name); \
        if (fd < 0 || fd != camera) return next(at, size, prot, flags, fd, offset); \
        memory[offset / BUFFER_BYTES] = next(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); \
        return memory[offset / BUFFER_BYTES];                                \
    }
MAPPER(mmap)
MAPPER(mmap64)

static int querycap(struct v4l2_capability *found) {
    strcpy((char *)found->driver, "peer");
    found->capabilities = V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
    found->device_caps = V4L2_CAP_STREAMING | (manner("metadata") ? V4L2_CAP_META_CAPTURE : V4L2_CAP_VIDEO_CAPTURE);
    return 0;
}

static int enum_format(struct v4l2_fmtdesc *asked) {
    static const __u32 formats[] = {V4L2_PIX_FMT_H264, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV};
    __u32 count = manner("strange") ? 1 : 3;
    if (asked->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || asked->index >= count) return refuse(EINVAL);
    asked->pixelformat = formats[asked->index];
    return 0;
}

static int enum_size(struct v4l2_frmsizeenum *asked) {
    if (manner("steps")) {
        if (asked->index) return refuse(EINVAL);
        asked->type = V4L2_FRMSIZE_TYPE_STEPWISE;
        asked->stepwise = (struct v4l2_frmsize_stepwise){32, 4096, 16, 24, 4096, 8};
        return 0;
    }
    __u32 left = asked->index;
    for (int n = 0; n < MODE_COUNT; n++)
        if (MODES[n].format == asked->pixel_format && left-- == 0) {
            asked->type = V4L2_FRMSIZE_TYPE_DISCRETE;
            asked->discrete.width = MODES[n].width;
            asked->discrete.height = MODES[n].height;
            return 0;
        }
    return refuse(EINVAL);
}

static int enum_interval(struct v4l2_frmivalenum *asked) {
    if (manner("steps")) {
        if (asked->index) return refuse(EINVAL);
        asked->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
        asked->stepwise.min = (struct v4l2_fract){1, 60};
        asked->stepwise.max = (struct v4l2_fract){1, 10};
        asked->stepwise.step = (struct v4l2_fract){1, 1};
        return 0;
    }
    __u32 left = asked->index;
    for (int n = 0; n < MODE_COUNT; n++)
        if (MODES[n].format == asked->pixel_format && MODES[n].width == asked->width &&
            MODES[n].height == asked->height && left-- == 0) {
            asked->type = V4L2_FRMIVAL_TYPE_DISCRETE;
            asked->discrete = (struct v4l2_fract){1, MODES[n].fps};
            return 0;
        }
    return refuse(EINVAL);
}

static int set_format(struct v4l2_format *wanted) {
    if (manner("busy")) return refuse(EBUSY);
    used = wanted->fmt.pix;
    int padding = manner("padded") ? 64 : 0;
    used.bytesperline = used.pixelformat == V4L2_PIX_FMT_YUYV ? used.width * 2 + padding : 0;
    used.sizeimage = BUFFER_BYTES;
    wanted->fmt.pix = used;
    tell("format", used.width, used.height);
    tell("fourcc", used.pixelformat, 0);
    return 0;
}

static int set_rate(struct v4l2_streamparm *wanted) {
    struct v4l2_fract *each = &wanted->parm.capture.timeperframe;
    fps = each->numerator ? each->denominator / each->numerator : 30;
    *each = (struct v4l2_fract){1, fps};
    tell("fps", fps, 0);
    return 0;
}

static int query_control(struct v4l2_queryctrl *asked) {
    if (manner("bare")) return refuse(EINVAL);
    switch (asked->id) {
    case V4L2_CID_FOCUS_ABSOLUTE: asked->flags = V4L2_CTRL_FLAG_READ_ONLY; return 0;
    case V4L2_CID_EXPOSURE_AUTO: case V4L2_CID_EXPOSURE_ABSOLUTE: case V4L2_CID_AUTO_WHITE_BALANCE:
    case V4L2_CID_WHITE_BALANCE_TEMPERATURE: case V4L2_CID_POWER_LINE_FREQUENCY: return 0;
    }
    return refuse(EINVAL);
}

static int set_control(const struct v4l2_control *wanted) {
    if (wanted->id == V4L2_CID_EXPOSURE_ABSOLUTE && wanted->value > 5000) return refuse(ERANGE);
    tell("control", wanted->id, wanted->value);
    return 0;
}

static int query_buffer(struct v4l2_buffer *asked) {
    if (asked->index >= BUFFERS) return refuse(EINVAL);
    asked->length = BUFFER_BYTES;
    asked->m.offset = asked->index * BUFFER_BYTES;
    return 0;
}

static int stream_on(void) {
    long each = 1000000000L / (fps ? fps : 30);
    struct itimerspec ticks = {{0, each}, {0, each}};
    tell("on", 0, 0);
    return manner("silent") ? 0 : timerfd_settime(camera, 0, &ticks, NULL);
}

static __u32 jpeg(unsigned char *into) {
    char path[600];
    snprintf(path, sizeof path, "%s/%ux%u.jpg", getenv("V4L2_PEER_JPEG"), used.width, used.height);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    __u32 size = fread(into, 1, BUFFER_BYTES, file);
    fclose(file);
    return manner("half") ? size / 2 : size;
}

/* The left half red, the right half blue: Y, U, Y, V by ITU-R BT.601. */
static __u32 yuyv(unsigned char *into) {
    for (__u32 row = 0; row < used.height; row++)
        for (__u32 pair = 0; pair < used.width / 2; pair++) {
            const unsigned char red[] = {81, 90, 81, 240}, blue[] = {41, 240, 41, 110};
            memcpy(into + row * used.bytesperline + pair * 4, pair < used.width / 4 ? red : blue, 4);
        }
    return used.bytesperline * used.height;
}

static void stamp(struct v4l2_buffer *buffer) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long microseconds = now.tv_nsec / 1000 + now.tv_sec * 1000000L - 20000;
    if (manner("future")) microseconds += 9000000;
    buffer->timestamp.tv_sec = microseconds / 1000000;
    buffer->timestamp.tv_usec = microseconds % 1000000;
    buffer->flags = manner("unknown") ? V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

static int dequeue(struct v4l2_buffer *buffer) {
    __u64 ticks;
    if (manner("unplug") && frames >= 10) return refuse(ENODEV);
    if (!queue_length) return refuse(EAGAIN);
    if (read(camera, &ticks, sizeof ticks) != sizeof ticks) return refuse(EAGAIN);
    buffer->index = queued[0];
    memmove(queued, queued + 1, sizeof *queued * --queue_length);
    stamp(buffer);
    frames++;
    if (manner("errors") && frames % 3 == 0) buffer->flags |= V4L2_BUF_FLAG_ERROR;
    buffer->sequence = frames;
    buffer->bytesused = used.pixelformat == V4L2_PIX_FMT_YUYV ? yuyv(memory[buffer->index]) : jpeg(memory[buffer->index]);
    return 0;
}

static int queue(const struct v4l2_buffer *buffer) {
    if (buffer->index >= BUFFERS || queue_length >= BUFFERS) return refuse(EINVAL);
    queued[queue_length++] = buffer->index;
    return 0;
}

static int answer(unsigned long request, void *value) {
    switch (request) {
    case VIDIOC_QUERYCAP: return querycap(value);
    case VIDIOC_ENUM_FMT: return enum_format(value);
    case VIDIOC_ENUM_FRAMESIZES: return enum_size(value);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enum_interval(value);
    case VIDIOC_S_FMT: return set_format(value);
    case VIDIOC_S_PARM: return set_rate(value);
    case VIDIOC_QUERYCTRL: return query_control(value);
    case VIDIOC_S_CTRL: return set_control(value);
    case VIDIOC_G_CTRL: ((struct v4l2_control *)value)->value = 321; return 0;
    case VIDIOC_REQBUFS: ((struct v4l2_requestbuffers *)value)->count = BUFFERS; return 0;
    case VIDIOC_QUERYBUF: return query_buffer(value);
    case VIDIOC_QBUF: return queue(value);
    case VIDIOC_DQBUF: return dequeue(value);
    case VIDIOC_STREAMON: return stream_on();
    case VIDIOC_STREAMOFF: return 0;
    }
    return refuse(ENOTTY);
}

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *value = va_arg(rest, void *);
    va_end(rest);
    int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
    return fd >= 0 && fd == camera ? answer(request, value) : next(fd, request, value);
}
