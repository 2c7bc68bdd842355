// What training needs of LAPACK and BLAS, in C: double precision, column-major as there, on the calling thread alone.
//
// Functions with an `int` result give LAPACK's `info`, 0 where all is well, or M3_LAPACK_NO_MEMORY.

#ifndef M3_CLAPACK_H
#define M3_CLAPACK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { M3_LAPACK_NO_MEMORY = -1000 };

// Eigenvalues, ascending, of a symmetric matrix of (n, n), of which the lower triangle is read. Its columns become the
// eigenvectors (dsyevd).
int m3_lapack_symmetric_eigen(int n, double *matrix, double *values);

// Replaces the lower triangle of a symmetric positive definite matrix by its Cholesky factor L (dpotrf). A positive result
// is the order of the first leading minor that is not positive definite.
int m3_lapack_cholesky(int n, double *matrix);

// Solves L Lᵀ X = B in the place of B, (n, columns) with a column every `stride` (dpotrs).
int m3_lapack_cholesky_solve(int n, int columns, const double *factor, double *right, int stride);

// Solves L Y = B in the place of B, (n, columns) with a column every `stride` (dtrsm).
void m3_lapack_lower_solve(int n, int columns, const double *factor, double *right, int stride);

// C = op(A) · op(B), op(A) of (rows, depth), op(B) of (depth, columns) (dgemm).
void m3_blas_multiply(bool transpose_a, bool transpose_b, int rows, int columns, int depth, const double *a, int a_stride,
                      const double *b, int b_stride, double *c, int c_stride);

#ifdef __cplusplus
}
#endif

#endif
