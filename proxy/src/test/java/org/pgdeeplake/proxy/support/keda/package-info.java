/** KEDA, the HPA and a StatefulSet, as far as the proxy has to do with them. */
@NullMarked
package org.pgdeeplake.proxy.support.keda;

import org.jspecify.annotations.NullMarked;
