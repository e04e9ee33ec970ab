package org.pgdeeplake.proxy;

/** A bug that showed when a part of a configuration had taken its place already. */
final class HalfAppliedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HalfAppliedException(Throwable cause) {
    super(cause);
  }
}
