package org.pgdeeplake.proxy.peers;

import java.util.Map;
import org.pgdeeplake.proxy.demand.Load;

/**
 * All that a replica tells the others, at one moment.
 *
 * @param id of the process, made at its start
 * @param name for people
 * @param sequence higher with each state
 * @param leaving it is the last one
 * @param loads by backend
 * @param sessions that hold a slot of a server, for every server that it has
 * @param wishes the last word about servers of which something was said
 */
record PeerState(
    String id,
    String name,
    long sequence,
    boolean leaving,
    Map<String, Load> loads,
    Map<ServerName, Integer> sessions,
    Map<ServerName, Wish> wishes) {}
