/* fault_module.h - what the linker makes of --wrap. */
#ifndef FAULT_MODULE_H
#define FAULT_MODULE_H

#include <lmdb.h>
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
int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __real_mdb_cursor_open(MDB_txn *txn, MDB_dbi table, MDB_cursor **cursor);
int __wrap_mdb_cursor_open(MDB_txn *txn, MDB_dbi table, MDB_cursor **cursor);

#endif
