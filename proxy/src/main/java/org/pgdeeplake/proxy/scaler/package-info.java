/** How many instances are wanted, and KEDA's external scaler over gRPC. Alone knows gRPC. */
@NullMarked
package org.pgdeeplake.proxy.scaler;

import org.jspecify.annotations.NullMarked;
