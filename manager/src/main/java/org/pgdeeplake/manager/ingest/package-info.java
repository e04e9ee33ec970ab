/**
 * Fills a database with TPC-H: generated here, sent by COPY in chunks that go in once each, and
 * compared with what the database then holds.
 */
@NullMarked
package org.pgdeeplake.manager.ingest;

import org.jspecify.annotations.NullMarked;
