// What M3 needs of faiss, in C: indexes of float32 vectors under the inner product, whose ids are the places 0 ... count - 1
// at which vectors were added.
//
// No C++ exception leaves these functions: where one fails, it returns false and writes a text that ends with a zero.
// Building and searching run on the calling thread alone, BLAS included: a graph built by two threads differs each time.
// One thread may change an index while no other uses it; any number of threads may search one.

#ifndef M3_CFAISS_H
#define M3_CFAISS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct m3_faiss_index m3_faiss_index;

typedef struct {
    char text[512];
} m3_faiss_error;

// Moves up to `size` bytes from or to a file. Returns how many; fewer than `size` is the end of the file, or an error.
typedef size_t (*m3_faiss_read)(void *context, void *bytes, size_t size);
typedef size_t (*m3_faiss_write)(void *context, const void *bytes, size_t size);

// Makes an empty index from a factory string such as "HNSW32". faiss ends the process over some: the caller knows what is
// asked for. Refused: unknown strings, indexes under another metric, and
// those that map ids.
bool m3_faiss_create(int dimension, const char *factory, m3_faiss_index **index, m3_faiss_error *error);

// Reads what m3_faiss_save or another program wrote. faiss trusts these bytes: hash them before.
bool m3_faiss_load(m3_faiss_read read, void *context, m3_faiss_index **index, m3_faiss_error *error);

bool m3_faiss_save(const m3_faiss_index *index, m3_faiss_write write, void *context, m3_faiss_error *error);

void m3_faiss_free(m3_faiss_index *index);

int m3_faiss_dimension(const m3_faiss_index *index);
int64_t m3_faiss_count(const m3_faiss_index *index);
bool m3_faiss_is_trained(const m3_faiss_index *index);

// The vectors of an index that keeps them as they are, (count, dimension), valid until the index changes; null for other
// kinds.
const float *m3_faiss_flat_vectors(const m3_faiss_index *index);

// Sets what faiss calls by this name: "efConstruction", "efSearch", "nprobe". An index without it refuses.
bool m3_faiss_set(m3_faiss_index *index, const char *name, int value, m3_faiss_error *error);

// vectors: (count, dimension), row-major.
bool m3_faiss_train(m3_faiss_index *index, int64_t count, const float *vectors, m3_faiss_error *error);
bool m3_faiss_add(m3_faiss_index *index, int64_t count, const float *vectors, m3_faiss_error *error);

// Writes `limit` scores and ids, best first; ids of -1 where fewer were found. A query's result does not depend on others:
// one is searched at a time.
bool m3_faiss_search(
    const m3_faiss_index *index, const float *query, int64_t limit, float *scores, int64_t *ids, m3_faiss_error *error);

#ifdef __cplusplus
}
#endif

#endif
