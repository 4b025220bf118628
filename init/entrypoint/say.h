/*
 * say: the lines that the life writes to standard error, each at one go.
 *
 * Never waits: when standard error cannot take a line now, the line is lost. PID 1 must not stand still
 * because nobody reads its log.
 */
#ifndef PRIMER_ENTRYPOINT_SAY_H
#define PRIMER_ENTRYPOINT_SAY_H

#include "base/step.h"
#include "base/text.h"
#include "entrypoint/life.h"
#include "entrypoint/options.h"

/* What a phrase's places stand for: see enum phrase. */
struct words {
    long n;
    long m;
    int error;          /* %x, %X: a positive errno */
    const char *word;   /* %w */
    const char *detail; /* %d; %h: ": DETAIL", ": HINT", where they are not NULL or empty */
    const char *hint;
};

/* PHRASE in the persona's words, when it is as talkative as that. */
void say(const struct life *life, enum phrase phrase, struct words words);

/* Whether say would say anything: some words cost system calls. */
bool says(const struct life *life, enum phrase phrase);

/* SENTENCE behind the persona's prefix, always; its places are those of a phrase. */
void say_plainly(const struct persona *persona, const char *sentence, struct words words);

/* Why nothing is run. */
void say_refusal(const struct persona *persona, const struct refusal *refusal);

/* The answers to --help, --version and the licence. */
void say_answer(const struct persona *persona, enum option_result asked);

/* Tells every step before it is taken, and what came of it; for settings.explain. */
extern const struct step_watch say_steps;

#endif
