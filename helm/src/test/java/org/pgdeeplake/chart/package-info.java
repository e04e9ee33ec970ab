/** Tests of the Helm chart beside this module: rendered by Helm itself, read by who reads it. */
@NullMarked
package org.pgdeeplake.chart;

import org.jspecify.annotations.NullMarked;
