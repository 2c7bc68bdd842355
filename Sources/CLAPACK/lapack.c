#include "CLAPACK.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

// Fortran passes the length of each character argument behind the others.
extern void dsyevd_(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *w, double *work,
                    const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
extern void dpotrf_(const char *triangle, const int *n, double *a, const int *lda, int *info, size_t);
extern void dpotrs_(const char *triangle, const int *n, const int *nrhs, const double *a, const int *lda, double *b,
                    const int *ldb, int *info, size_t);
extern void dtrsm_(const char *side, const char *triangle, const char *transpose, const char *diagonal, const int *m,
                   const int *n, const double *alpha, const double *a, const int *lda, double *b, const int *ldb, size_t,
                   size_t, size_t, size_t);
extern void dgemm_(const char *transpose_a, const char *transpose_b, const int *m, const int *n, const int *k,
                   const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
                   const double *beta, double *c, const int *ldc, size_t, size_t);
extern void openblas_set_num_threads(int) __attribute__((weak));

static void set_one_thread(void) {
    if (openblas_set_num_threads) openblas_set_num_threads(1);
}

// OpenBLAS, where it takes BLAS's place, would divide sums by its threads.
static void use_one_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_one_thread);
}

int m3_lapack_symmetric_eigen(int n, double *matrix, double *values) {
    use_one_thread();
    if (n == 0) return 0;
    int info = 0, query = -1, integer_size = 0;
    double size = 0;
    dsyevd_("V", "L", &n, matrix, &n, values, &size, &query, &integer_size, &query, &info, 1, 1);
    if (info != 0) return info;
    // Its own workspace is about 2 n²: beyond an int from n = 32,767 on, which n² memory forbids before.
    const int count = (int)size;
    double *work = malloc((size_t)count * sizeof *work);
    int *integers = malloc((size_t)integer_size * sizeof *integers);
    if (work && integers)
        dsyevd_("V", "L", &n, matrix, &n, values, work, &count, integers, &integer_size, &info, 1, 1);
    else
        info = M3_LAPACK_NO_MEMORY;
    free(work);
    free(integers);
    return info;
}

int m3_lapack_cholesky(int n, double *matrix) {
    use_one_thread();
    int info = 0;
    if (n > 0) dpotrf_("L", &n, matrix, &n, &info, 1);
    return info;
}

int m3_lapack_cholesky_solve(int n, int columns, const double *factor, double *right, int stride) {
    use_one_thread();
    int info = 0;
    if (n > 0 && columns > 0) dpotrs_("L", &n, &columns, factor, &n, right, &stride, &info, 1);
    return info;
}

void m3_lapack_lower_solve(int n, int columns, const double *factor, double *right, int stride) {
    use_one_thread();
    const double one = 1;
    if (n > 0 && columns > 0)
        dtrsm_("L", "L", "N", "N", &n, &columns, &one, factor, &n, right, &stride, 1, 1, 1, 1);
}

void m3_blas_multiply(bool transpose_a, bool transpose_b, int rows, int columns, int depth, const double *a, int a_stride,
                      const double *b, int b_stride, double *c, int c_stride) {
    use_one_thread();
    const double one = 1, zero = 0;
    if (rows > 0 && columns > 0)
        dgemm_(transpose_a ? "T" : "N", transpose_b ? "T" : "N", &rows, &columns, &depth, &one, a, &a_stride, b, &b_stride,
               &zero, c, &c_stride, 1, 1);
}
