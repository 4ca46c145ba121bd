// SPDX-License-Identifier: Apache-2.0
//
// Load through librdkafka's C interface, the fastest client that people really use.
//
//   librdkafka_load produce ADDRESS TOPIC RECORD_BYTES COUNT [key=value ...]
//   librdkafka_load produce-in-sync ADDRESS TOPIC RECORD_BYTES COUNT PARTITIONS [key=value ...]
//   librdkafka_load consume ADDRESS TOPIC COUNT PASSES       [key=value ...]
//   librdkafka_load latency ADDRESS TOPIC RECORD_BYTES COUNT [key=value ...]
//   librdkafka_load commit       ADDRESS TOPIC GROUPS PARTITIONS SECONDS   [key=value ...]
//   librdkafka_load transactions ADDRESS TOPIC PRODUCERS RECORDS SECONDS   [key=value ...]
//   librdkafka_load transaction-latency ADDRESS TOPIC RECORDS SECONDS      [key=value ...]
//
// key=value are librdkafka's own settings. Records are acknowledged by the leader alone, those of
// `produce-in-sync` by every replica in sync; it spreads them over the partitions in turn. Each mode prints one JSON object. The consumer names its
// partition and offset itself (no group), so it measures the fetch path alone; it reads the first COUNT
// records PASSES times. In `latency`, where the settings are the producer's, one thread produces a
// record and waits until its consumer has it. The last three work for a fifth of their time before they
// count: `commit` is one thread and one client per group, each waiting for its answer; `transactions`
// likewise per producer; `transaction-latency` ends when a read_committed consumer has all records.
// Compiled by benchmarks/real_clients.py into .tools/.

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { CONSUME_BATCH = 1000, WAIT_MS = 1000, PATIENCE_S = 60 };

static long delivered;
static long failed;

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void count_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  (void)opaque;
  if (message->err)
    failed++;
  else
    delivered++;
}

static void set(rd_kafka_conf_t *settings, const char *key, const char *value) {
  char why[512];
  if (rd_kafka_conf_set(settings, key, value, why, sizeof why) != RD_KAFKA_CONF_OK)
    fail(key, why);
}

static rd_kafka_t *client_of(rd_kafka_type_t type, const char *address, char **settings,
                             int setting_count) {
  char why[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", address);
  if (type == RD_KAFKA_PRODUCER) {
    set(conf, "queue.buffering.max.messages", "1000000");
    set(conf, "queue.buffering.max.kbytes", "262144");
    rd_kafka_conf_set_dr_msg_cb(conf, count_delivery);
  } else {
    set(conf, "queued.max.messages.kbytes", "65536");
    set(conf, "enable.partition.eof", "false");
  }
  for (int i = 0; i < setting_count; i++) {
    char *equals = strchr(settings[i], '=');
    if (!equals)
      fail(settings[i], "not key=value");
    *equals = 0;
    set(conf, settings[i], equals + 1);
    *equals = '=';
  }
  rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof why);
  if (!client)
    fail("client", why);
  return client;
}

static const char *acks = "1";

static rd_kafka_topic_t *topic_of(rd_kafka_t *client, const char *name) {
  rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
  char why[512];
  if (rd_kafka_type(client) == RD_KAFKA_PRODUCER &&
      rd_kafka_topic_conf_set(conf, "acks", acks, why, sizeof why) != RD_KAFKA_CONF_OK)
    fail("acks", why);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, conf);
  const struct rd_kafka_metadata *metadata;
  // The connection and the topic's leader are known before the clock starts.
  if (rd_kafka_metadata(client, 0, topic, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail(name, "no metadata");
  rd_kafka_metadata_destroy(metadata);
  return topic;
}

static void send_one(rd_kafka_t *client, rd_kafka_topic_t *topic, int partition, char *value,
                     size_t size) {
  while (rd_kafka_produce(topic, partition, 0, value, size, NULL, 0, NULL) != 0) {
    if (errno != ENOBUFS)
      fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 10);
  }
}

static void run_produce(const char *address, const char *name, size_t size, long count,
                        int partitions, char **settings, int setting_count) {
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, address, settings, setting_count);
  rd_kafka_topic_t *topic = topic_of(client, name);
  char *value = malloc(size);
  for (size_t i = 0; i < size; i++)
    value[i] = (char)(' ' + i % 95);
  double began = now_s();
  for (long i = 0; i < count; i++) {
    send_one(client, topic, (int)(i % partitions), value, size);
    if (i % 1024 == 0)
      rd_kafka_poll(client, 0);
  }
  while (delivered + failed < count) {
    if (now_s() - began > PATIENCE_S)
      fail("produce", "not everything was delivered in time");
    rd_kafka_poll(client, 100);
  }
  double elapsed = now_s() - began;
  if (failed)
    fail("produce", "some records were not delivered");
  printf("{\"records_per_s\": %.1f, \"mb_per_s\": %.3f, \"total_records\": %ld, "
         "\"total_gb\": %.6f, \"seconds\": %.4f, \"client_cpu_s\": %.3f}\n",
         (double)count / elapsed, (double)count * (double)size / elapsed / 1e6, count,
         (double)count * (double)size / 1e9, elapsed, cpu_s());
}

static void run_consume(const char *address, const char *name, long count, long passes,
                        char **settings, int setting_count) {
  rd_kafka_t *client = client_of(RD_KAFKA_CONSUMER, address, settings, setting_count);
  rd_kafka_topic_t *topic = topic_of(client, name);
  rd_kafka_message_t **messages = malloc(sizeof(*messages) * CONSUME_BATCH);
  double began = now_s();
  long received = 0;
  double bytes = 0;
  for (long pass = 1; pass <= passes; pass++) {
    rd_kafka_consume_start(topic, 0, RD_KAFKA_OFFSET_BEGINNING);
    while (received < pass * count) {
      long wanted = pass * count - received;
      size_t room = wanted < CONSUME_BATCH ? (size_t)wanted : CONSUME_BATCH;
      ssize_t got = rd_kafka_consume_batch(topic, 0, WAIT_MS, messages, room);
      if (got < 0 || now_s() - began > PATIENCE_S)
        fail("consume", "the records did not come in time");
      for (ssize_t i = 0; i < got; i++) {
        if (messages[i]->err)
          fail("consume", rd_kafka_message_errstr(messages[i]));
        bytes += (double)messages[i]->len;
        rd_kafka_message_destroy(messages[i]);
      }
      received += got;
    }
    rd_kafka_consume_stop(topic, 0);
  }
  double elapsed = now_s() - began;
  printf("{\"records_per_s\": %.1f, \"mb_per_s\": %.3f, \"total_records\": %ld, "
         "\"total_gb\": %.6f, \"seconds\": %.4f, \"client_cpu_s\": %.3f}\n",
         (double)received / elapsed, bytes / elapsed / 1e6, received, bytes / 1e9, elapsed,
         cpu_s());
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void run_latency(const char *address, const char *name, size_t size, long count,
                        char **settings, int setting_count) {
  rd_kafka_t *producer = client_of(RD_KAFKA_PRODUCER, address, settings, setting_count);
  rd_kafka_t *consumer = client_of(RD_KAFKA_CONSUMER, address, NULL, 0);
  rd_kafka_topic_t *output = topic_of(producer, name);
  rd_kafka_topic_t *input = topic_of(consumer, name);
  char *value = calloc(1, size);
  long warm_up = count / 10;
  double *samples_us = malloc(sizeof(*samples_us) * (size_t)count);
  rd_kafka_consume_start(input, 0, RD_KAFKA_OFFSET_BEGINNING);
  for (long i = -warm_up; i < count; i++) {
    double began = now_s();
    send_one(producer, output, 0, value, size);
    rd_kafka_message_t *message = rd_kafka_consume(input, 0, 10 * WAIT_MS);
    if (!message || message->err)
      fail("latency", message ? rd_kafka_message_errstr(message) : "a record did not come");
    if (i >= 0)
      samples_us[i] = (now_s() - began) * 1e6;
    rd_kafka_message_destroy(message);
    rd_kafka_poll(producer, 0);
  }
  qsort(samples_us, (size_t)count, sizeof(*samples_us), ascending);
  printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"total_records\": %ld, "
         "\"client_cpu_s\": %.3f}\n",
         samples_us[(count - 1) / 2], samples_us[(count - 1) * 99 / 100],
         samples_us[(count - 1) * 999 / 1000], count, cpu_s());
  rd_kafka_consume_stop(input, 0);
}

// The loads below run so many threads, each with a client of its own, until the time is over.

enum { MOST_WORKERS = 256, TEXT_BYTES = 256, VALUE_BYTES = 100, INIT_MS = 30000 };

struct worker {
  const char *address;
  const char *topic;
  int number;
  int count;  // partitions of a commit, records of a transaction
  char **settings;
  int setting_count;
};

static atomic_long operations;
static atomic_int working;
static atomic_bool ending;

static rd_kafka_t *client_named(rd_kafka_type_t type, const struct worker *worker,
                                const char *key) {
  char **settings = malloc(sizeof(*settings) * (size_t)(worker->setting_count + 1));
  char *named = malloc(TEXT_BYTES);
  snprintf(named, TEXT_BYTES, "%s=%s-%d", key, worker->topic, worker->number);
  settings[0] = named;
  for (int i = 0; i < worker->setting_count; i++)
    settings[i + 1] = strdup(worker->settings[i]);  // client_of writes into them
  return client_of(type, worker->address, settings, worker->setting_count + 1);
}

static void *commit_offsets(void *argument) {
  struct worker *worker = argument;
  rd_kafka_t *client = client_named(RD_KAFKA_CONSUMER, worker, "group.id");
  rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(worker->count);
  for (int i = 0; i < worker->count; i++)
    rd_kafka_topic_partition_list_add(offsets, worker->topic, i);
  for (long turn = 1; !ending; turn++) {
    for (int i = 0; i < worker->count; i++)
      offsets->elems[i].offset = turn;
    rd_kafka_resp_err_t code = rd_kafka_commit(client, offsets, 0);
    if (code)
      fail("commit", rd_kafka_err2str(code));
    if (turn == 1)
      working++;
    operations++;
  }
  return NULL;
}

static void check(const char *what, rd_kafka_error_t *error) {
  if (error)
    fail(what, rd_kafka_error_string(error));
}

static rd_kafka_t *transactional_client(const struct worker *worker) {
  rd_kafka_t *client = client_named(RD_KAFKA_PRODUCER, worker, "transactional.id");
  check("init_transactions", rd_kafka_init_transactions(client, INIT_MS));
  return client;
}

static void run_transaction(rd_kafka_t *client, const struct worker *worker) {
  static const char value[VALUE_BYTES];
  check("begin", rd_kafka_begin_transaction(client));
  for (int i = 0; i < worker->count; i++) {
    rd_kafka_resp_err_t code = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(worker->topic), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_VALUE((void *)value, VALUE_BYTES), RD_KAFKA_V_END);
    if (code)
      fail("produce", rd_kafka_err2str(code));
  }
  check("commit", rd_kafka_commit_transaction(client, -1));
}

static void *write_transactions(void *argument) {
  struct worker *worker = argument;
  rd_kafka_t *client = transactional_client(worker);
  for (long turn = 1; !ending; turn++) {
    run_transaction(client, worker);
    if (turn == 1)
      working++;
    operations++;
  }
  return NULL;
}

static void wait_s(double seconds) {
  struct timespec pause = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&pause, NULL);
}

static void run_workers(void *(*work)(void *), const char *figure, struct worker like,
                        int worker_count, double seconds) {
  static struct worker workers[MOST_WORKERS];
  pthread_t threads[MOST_WORKERS];
  if (worker_count < 1 || worker_count > MOST_WORKERS)
    fail("usage", "too many groups or producers");
  for (int i = 0; i < worker_count; i++) {
    workers[i] = like;
    workers[i].number = i;
    if (pthread_create(&threads[i], NULL, work, &workers[i]))
      fail("thread", "could not be created");
  }
  double began = now_s();
  while (working < worker_count) {
    if (now_s() - began > PATIENCE_S)
      fail(figure, "not every client came to work in time");
    wait_s(0.01);
  }
  wait_s(seconds / 5);
  long before = operations;
  double measured_from = now_s(), cpu_before = cpu_s();
  wait_s(seconds);
  long after = operations;
  double elapsed = now_s() - measured_from, cpu_used = cpu_s() - cpu_before;
  ending = true;
  for (int i = 0; i < worker_count; i++)
    pthread_join(threads[i], NULL);
  printf("{\"%s\": %.1f, \"total_operations\": %ld, \"client_cpu_s\": %.3f, "
         "\"client_cores\": %.3f}\n",
         figure, (double)(after - before) / elapsed, (long)operations, cpu_s(), cpu_used / elapsed);
}

static void run_transaction_latency(struct worker worker, double seconds) {
  enum { MOST_SAMPLES = 1000000 };
  rd_kafka_t *producer = transactional_client(&worker);
  char *committed[] = {strdup("isolation.level=read_committed")};
  rd_kafka_t *consumer = client_of(RD_KAFKA_CONSUMER, worker.address, committed, 1);
  rd_kafka_topic_t *input = topic_of(consumer, worker.topic);
  double *samples_us = malloc(sizeof(*samples_us) * MOST_SAMPLES);
  long count = 0;
  rd_kafka_consume_start(input, 0, RD_KAFKA_OFFSET_BEGINNING);
  double counts_from = now_s() + seconds / 5;
  while (count < MOST_SAMPLES) {
    double began = now_s();
    if (began > counts_from + seconds)
      break;
    run_transaction(producer, &worker);
    for (int received = 0; received < worker.count; received++) {
      rd_kafka_message_t *message = rd_kafka_consume(input, 0, 10 * WAIT_MS);
      if (!message || message->err)
        fail("latency", message ? rd_kafka_message_errstr(message) : "a record did not come");
      rd_kafka_message_destroy(message);
    }
    if (began > counts_from)
      samples_us[count++] = (now_s() - began) * 1e6;
    rd_kafka_poll(producer, 0);
  }
  if (!count)
    fail("latency", "no transaction was timed");
  qsort(samples_us, (size_t)count, sizeof(*samples_us), ascending);
  printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"total_operations\": %ld, "
         "\"client_cpu_s\": %.3f}\n",
         samples_us[(count - 1) / 2], samples_us[(count - 1) * 99 / 100],
         samples_us[(count - 1) * 999 / 1000], count, cpu_s());
}

static struct worker worker_of(char **argv, int count, char **settings, int setting_count) {
  return (struct worker){argv[2], argv[3], 0, count, settings, setting_count};
}

int main(int argc, char **argv) {
  if (argc >= 6 && strcmp(argv[1], "produce") == 0)
    run_produce(argv[2], argv[3], strtoul(argv[4], NULL, 10), atol(argv[5]), 1, argv + 6,
                argc - 6);
  else if (argc >= 7 && strcmp(argv[1], "produce-in-sync") == 0) {
    acks = "all";
    run_produce(argv[2], argv[3], strtoul(argv[4], NULL, 10), atol(argv[5]), atoi(argv[6]),
                argv + 7, argc - 7);
  } else if (argc >= 6 && strcmp(argv[1], "consume") == 0)
    run_consume(argv[2], argv[3], atol(argv[4]), atol(argv[5]), argv + 6, argc - 6);
  else if (argc >= 6 && strcmp(argv[1], "latency") == 0)
    run_latency(argv[2], argv[3], strtoul(argv[4], NULL, 10), atol(argv[5]), argv + 6, argc - 6);
  else if (argc >= 7 && strcmp(argv[1], "commit") == 0)
    run_workers(commit_offsets, "commits_per_s", worker_of(argv, atoi(argv[5]), argv + 7, argc - 7),
                atoi(argv[4]), atof(argv[6]));
  else if (argc >= 7 && strcmp(argv[1], "transactions") == 0)
    run_workers(write_transactions, "transactions_per_s",
                worker_of(argv, atoi(argv[5]), argv + 7, argc - 7), atoi(argv[4]), atof(argv[6]));
  else if (argc >= 6 && strcmp(argv[1], "transaction-latency") == 0)
    run_transaction_latency(worker_of(argv, atoi(argv[4]), argv + 6, argc - 6), atof(argv[5]));
  else
    fail("usage", "librdkafka_load MODE ADDRESS TOPIC ...; modes as in the head of its source");
  fflush(stdout);
  // Ending the process is quicker and surer than waiting for the client's threads.
  _Exit(0);
}
