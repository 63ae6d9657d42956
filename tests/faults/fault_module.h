/* fault_module.h - what the linker makes of --wrap. */
#ifndef FAULT_MODULE_H
#define FAULT_MODULE_H

#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>

struct regional;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
void *__wrap_calloc(size_t number, size_t size);
void *__real_mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
void *__real_regional_alloc(struct regional *region, size_t size);
void *__wrap_regional_alloc(struct regional *region, size_t size);
void *__real_regional_alloc_zero(struct regional *region, size_t size);
void *__wrap_regional_alloc_zero(struct regional *region, size_t size);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
	void *(*run)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
	void *(*run)(void *), void *arg);
int __real_mdb_env_create(MDB_env **env);
int __wrap_mdb_env_create(MDB_env **env);
int __real_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);
int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);
int __real_mdb_reader_check(MDB_env *env, int *dead);
int __wrap_mdb_reader_check(MDB_env *env, int *dead);
int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __real_mdb_txn_renew(MDB_txn *txn);
int __wrap_mdb_txn_renew(MDB_txn *txn);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __real_mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *table);
int __wrap_mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *table);
int __real_mdb_put(
	MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned flags);
int __wrap_mdb_put(
	MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned flags);
int __real_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value);
int __wrap_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value);
int __real_mdb_cursor_open(MDB_txn *txn, MDB_dbi table, MDB_cursor **cursor);
int __wrap_mdb_cursor_open(MDB_txn *txn, MDB_dbi table, MDB_cursor **cursor);

#endif
