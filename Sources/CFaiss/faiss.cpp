#include "CFaiss.h"

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

#include <faiss/AutoTune.h>
#include <faiss/Index.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>

// libgomp's, and OpenBLAS's where it takes BLAS's place. No header of theirs is needed for that.
extern "C" int omp_get_max_threads(void);
extern "C" void omp_set_num_threads(int);
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

struct m3_faiss_index {
    std::unique_ptr<faiss::Index> index;
};

namespace {

// OpenMP's setting belongs to the calling thread and is given back.
struct SingleThread {
    int before = omp_get_max_threads();

    SingleThread() {
        static std::once_flag once;
        std::call_once(once, [] {
            if (openblas_set_num_threads) openblas_set_num_threads(1);
        });
        omp_set_num_threads(1);
    }
    ~SingleThread() { omp_set_num_threads(before); }
};

// faiss puts its function and line before what is wrong.
std::string withoutPlace(const std::string &text) {
    const size_t file = text.rfind(".cpp:");
    const size_t end = file == std::string::npos ? file : text.find(": ", file);
    return end == std::string::npos ? text : text.substr(end + 2);
}

void describe(m3_faiss_error *error, const char *text) {
    std::strncpy(error->text, text, sizeof error->text - 1);
    error->text[sizeof error->text - 1] = 0;
}

template <typename Body>
bool guarded(m3_faiss_error *error, Body body) noexcept {
    try {
        SingleThread single;
        body();
        return true;
    } catch (const faiss::FaissException &exception) {
        describe(error, withoutPlace(exception.msg).c_str());
    } catch (const std::bad_alloc &) {
        describe(error, "out of memory");
    } catch (const std::exception &exception) {
        describe(error, exception.what());
    } catch (...) {
        describe(error, "an exception of unknown type");
    }
    return false;
}

m3_faiss_index *checked(std::unique_ptr<faiss::Index> index) {
    if (index->metric_type != faiss::METRIC_INNER_PRODUCT) {
        throw std::invalid_argument("the metric is not the inner product");
    }
    if (dynamic_cast<faiss::IndexIDMap *>(index.get())) throw std::invalid_argument("an index that maps ids");
    return new m3_faiss_index{std::move(index)};
}

// Leaves out what costs minutes and serves searches by Hamming distance alone, and the warning on stderr of each k-means on
// fewer points than it likes.
void prepareTraining(faiss::Index *index) {
    if (auto *transform = dynamic_cast<faiss::IndexPreTransform *>(index)) prepareTraining(transform->index);
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(index)) prepareTraining(refine->base_index);
    if (auto *lists = dynamic_cast<faiss::IndexIVF *>(index)) lists->cp.min_points_per_centroid = 1;
    if (auto *lists = dynamic_cast<faiss::IndexIVFPQ *>(index)) {
        lists->do_polysemous_training = false;
        lists->pq.cp.min_points_per_centroid = 1;
    }
    if (auto *codes = dynamic_cast<faiss::IndexPQ *>(index)) {
        codes->do_polysemous_training = false;
        codes->pq.cp.min_points_per_centroid = 1;
    }
}

struct Reader : faiss::IOReader {
    m3_faiss_read read;
    void *context;

    Reader(m3_faiss_read read, void *context) : read(read), context(context) { name = "the index"; }

    size_t operator()(void *bytes, size_t size, size_t count) override {
        return size == 0 || count == 0 ? 0 : read(context, bytes, size * count) / size;
    }
};

struct Writer : faiss::IOWriter {
    m3_faiss_write write;
    void *context;

    Writer(m3_faiss_write write, void *context) : write(write), context(context) { name = "the index"; }

    size_t operator()(const void *bytes, size_t size, size_t count) override {
        return size == 0 || count == 0 ? 0 : write(context, bytes, size * count) / size;
    }
};

} // namespace

bool m3_faiss_create(int dimension, const char *factory, m3_faiss_index **index, m3_faiss_error *error) {
    return guarded(error, [&] {
        *index = checked(std::unique_ptr<faiss::Index>(
            faiss::index_factory(dimension, factory, faiss::METRIC_INNER_PRODUCT)));
    });
}

bool m3_faiss_load(m3_faiss_read read, void *context, m3_faiss_index **index, m3_faiss_error *error) {
    return guarded(error, [&] {
        Reader reader(read, context);
        *index = checked(std::unique_ptr<faiss::Index>(faiss::read_index(&reader)));
    });
}

bool m3_faiss_save(const m3_faiss_index *index, m3_faiss_write write, void *context, m3_faiss_error *error) {
    return guarded(error, [&] {
        Writer writer(write, context);
        faiss::write_index(index->index.get(), &writer);
    });
}

void m3_faiss_free(m3_faiss_index *index) { delete index; }

int m3_faiss_dimension(const m3_faiss_index *index) { return index->index->d; }

int64_t m3_faiss_count(const m3_faiss_index *index) { return index->index->ntotal; }

bool m3_faiss_is_trained(const m3_faiss_index *index) { return index->index->is_trained; }

bool m3_faiss_set(m3_faiss_index *index, const char *name, int value, m3_faiss_error *error) {
    return guarded(error, [&] {
        faiss::ParameterSpace space;
        space.verbose = 0;
        space.set_index_parameter(index->index.get(), name, value);
    });
}

bool m3_faiss_train(m3_faiss_index *index, int64_t count, const float *vectors, m3_faiss_error *error) {
    return guarded(error, [&] {
        prepareTraining(index->index.get());
        index->index->train(count, vectors);
    });
}

bool m3_faiss_add(m3_faiss_index *index, int64_t count, const float *vectors, m3_faiss_error *error) {
    return guarded(error, [&] { index->index->add(count, vectors); });
}

const float *m3_faiss_flat_vectors(const m3_faiss_index *index) {
    const auto *flat = dynamic_cast<const faiss::IndexFlat *>(index->index.get());
    return flat ? flat->get_xb() : nullptr;
}

bool m3_faiss_search(
    const m3_faiss_index *index, const float *query, int64_t limit, float *scores, int64_t *ids,
    m3_faiss_error *error) {
    return guarded(error, [&] { index->index->search(1, query, limit, scores, ids); });
}
