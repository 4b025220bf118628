/* Users and groups out of files, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec/diagnose.h"
#include "exec/passwd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/primer-passwd-XXXXXX";

static void write_text(const char *text, size_t len)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static const char users[] = "root:x:0:0:root:/root:/bin/bash\n"
                            "broken line\n"
                            "no:number:x:0:::\n"
                            "short:x:5:5\n"
                            "\n"
                            "+::::::\n"
                            "redis:x:107:115::/var/lib/redis:/usr/sbin/nologin\n"
                            "empty:x:200:201:::\n"
                            "toor:x:0:0:second root:/:/bin/sh\n"
                            "huge:x:99999999999:1::/:/bin/sh\n"
                            "last:x:300:301:the end:/home/last:/bin/last";

static void test_users(void **state)
{
    struct passwd_user u;
    (void)state;
    write_text(users, strlen(users));
    assert_int_equal(passwd_user(path, "redis", &u), 0);
    assert_int_equal(u.uid, 107);
    assert_int_equal(u.gid, 115);
    assert_string_equal(u.name, "redis");
    assert_string_equal(u.home, "/var/lib/redis");
    assert_string_equal(u.shell, "/usr/sbin/nologin");

    assert_int_equal(passwd_user(path, "107", &u), 0);
    assert_string_equal(u.name, "redis");
    assert_int_equal(passwd_user(path, "0", &u), 0);
    assert_string_equal(u.name, "root"); /* the first */
    assert_int_equal(passwd_user(path, "toor", &u), 0);
    assert_string_equal(u.name, "toor");
    assert_int_equal(passwd_user(path, "empty", &u), 0);
    assert_string_equal(u.home, "");
    assert_int_equal(passwd_user(path, "last", &u), 0); /* without a newline */
    assert_string_equal(u.shell, "/bin/last");

    static const char *const none[] = {
        "redi", "rediss", "no", "short", "huge", "broken line", "", "+", "108"
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(passwd_user(path, none[i], &u), -ESRCH);
    }
    assert_int_equal(passwd_user("/nowhere/passwd", "root", &u), -ESRCH);
    assert_int_equal(passwd_user("/", "root", &u), -EISDIR);
}

static void test_numbers(void **state)
{
    unsigned n = 7;
    (void)state;
    assert_true(passwd_number("0", &n));
    assert_true(passwd_number("4294967294", &n));
    assert_false(passwd_number("4294967295", &n)); /* "leave as it is" */
    assert_false(passwd_number("-1", &n));
    assert_false(passwd_number("", &n));
    assert_false(passwd_number("1a", &n));
}

static const char groups[] = "root:x:0:\n"
                             "bad\n"
                             "bad:x\n"
                             "bad:x:y:redis\n"
                             "redis:x:115:\n"
                             "ssl-cert:x:120:postgres,redis\n"
                             "first:x:121:redis,postgres\n"
                             "prefix:x:122:redi,rediss\n"
                             "twice:x:120:redis\n"
                             "video:x:44:redis";

static void test_groups(void **state)
{
    gid_t gid;
    gid_t list[8];
    (void)state;
    write_text(groups, strlen(groups));
    assert_int_equal(passwd_group(path, "ssl-cert", &gid), 0);
    assert_int_equal(gid, 120);
    assert_int_equal(passwd_group(path, "video", &gid), 0);
    assert_int_equal(gid, 44);
    assert_int_equal(passwd_group(path, "999", &gid), 0);
    assert_int_equal(gid, 999);
    assert_int_equal(passwd_group(path, "bad", &gid), -ESRCH);
    assert_int_equal(passwd_group(path, "x", &gid), -ESRCH);
    assert_int_equal(passwd_group("/nowhere/group", "video", &gid), -ESRCH);

    assert_int_equal(passwd_groups(path, "redis", 115, list, 8), 4);
    assert_int_equal(list[0], 115);
    assert_int_equal(list[1], 120);
    assert_int_equal(list[2], 121);
    assert_int_equal(list[3], 44);
    assert_int_equal(passwd_groups(path, "redis", 115, list, 3), -EOVERFLOW);
    assert_int_equal(passwd_groups(path, "nobody", 7, list, 8), 1);
    /* A number without an entry has no name: it is a member of nothing, however empty the lists are. */
    assert_int_equal(passwd_groups(path, "", 7, list, 8), 1);
    assert_int_equal(passwd_groups("/nowhere/group", "redis", 7, list, 8), 1);
}

/* A group with more members than any buffer holds. */
static void test_long_group(void **state)
{
    gid_t list[8];
    gid_t gid;
    size_t len = 0;
    static char text[300000];
    (void)state;
    len += (size_t)sprintf(text + len, "many:x:500:");
    for (unsigned i = 0; i < 20000; i++) {
        len += (size_t)sprintf(text + len, "member%u,", i);
    }
    len += (size_t)sprintf(text + len, "redis\nafter:x:501:redis\n");
    write_text(text, len);
    assert_int_equal(passwd_groups(path, "redis", 1, list, 8), 3);
    assert_int_equal(list[1], 500);
    assert_int_equal(list[2], 501);
    assert_int_equal(passwd_group(path, "after", &gid), 0);
}

/* A line longer than the buffer is passed over whole: its end is no line of its own. */
static void test_long_user(void **state)
{
    static char text[8192];
    struct passwd_user u;
    (void)state;
    memset(text, 'a', 4096);
    strcpy(text + 4096, "\nroot:x:0:0::/root:/bin/sh\n");
    memcpy(text, "evil:x:0:0:", 11);
    write_text(text, strlen(text));
    assert_int_equal(passwd_user(path, "evil", &u), -ESRCH);
    assert_int_equal(passwd_user(path, "root", &u), 0);
    assert_string_equal(u.home, "/root");
}

static void test_noise(void **state)
{
    static const char letters[] = "ab01:,\n\0x";
    char text[200];
    gid_t list[4];
    struct passwd_user u;
    (void)state;
    srand(2);
    for (unsigned round = 0; round < 3000; round++) {
        size_t len = (size_t)rand() % sizeof text;
        for (size_t i = 0; i < len; i++) {
            text[i] = letters[(size_t)rand() % (sizeof letters - 1)];
        }
        write_text(text, len);
        int found = passwd_user(path, "a", &u);
        assert_true(found == 0 || found == -ESRCH);
        if (found == 0) {
            assert_string_equal(u.name, "a");
        }
        int count = passwd_groups(path, "b", 1, list, 4);
        assert_true(count >= 1 || count == -EOVERFLOW);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),      cmocka_unit_test(test_numbers),   cmocka_unit_test(test_groups),
        cmocka_unit_test(test_long_group), cmocka_unit_test(test_long_user), cmocka_unit_test(test_noise),
    };
    int fd = mkstemp(path);
    if (fd < 0) {
        return 1;
    }
    close(fd);
    int failed = cmocka_run_group_tests_name("passwd", tests, NULL, NULL);
    unlink(path);
    return failed;
}
