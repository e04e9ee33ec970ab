package org.pgdeeplake.proxy.support.keda;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** A name that has all these addresses, as a headless Service has those of its pods. */
final class ListedAddresses extends NameResolverProvider {
  static final String SCHEME = "listed";
  private final List<InetSocketAddress> addresses;

  ListedAddresses(List<InetSocketAddress> addresses) {
    this.addresses = List.copyOf(addresses);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "replicas";
      }

      @Override
      public void start(Listener2 listener) {
        var _ =
            listener.onResult2(
                ResolutionResult.newBuilder()
                    .setAddressesOrError(
                        StatusOr.fromValue(
                            addresses.stream().map(EquivalentAddressGroup::new).toList()))
                    .build());
      }

      @Override
      public void shutdown() {}
    };
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }
}
