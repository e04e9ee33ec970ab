package org.pgdeeplake.proxy.fuzz;

import java.util.List;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;

/** Backends as if no operator had ever changed anything: an earlier input may have. */
public final class Untouched {
  private Untouched() {}

  public static void make(List<Backend> backends) {
    for (Backend backend : backends) {
      backend.administration().resume();
      backend
          .servers()
          .forEach(
              server -> backend.administration().administer(server, AdministrativeState.READY));
    }
  }
}
