/**
 * The deployment on Kubernetes: the pods of the chart's StatefulSet, reached through port-forwards
 * of the API server, so that nothing in the cluster has to be open to this machine.
 */
@NullMarked
package org.pgdeeplake.manager.kubernetes;

import org.jspecify.annotations.NullMarked;
