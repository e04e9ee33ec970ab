package org.pgdeeplake.manager.ingest;

import static org.pgdeeplake.manager.ingest.Column.Kind.DATE;
import static org.pgdeeplake.manager.ingest.Column.Kind.DECIMAL;
import static org.pgdeeplake.manager.ingest.Column.Kind.FIXED;
import static org.pgdeeplake.manager.ingest.Column.Kind.FLAG;
import static org.pgdeeplake.manager.ingest.Column.Kind.IDENTIFIER;
import static org.pgdeeplake.manager.ingest.Column.Kind.INTEGER;
import static org.pgdeeplake.manager.ingest.Column.Kind.VARYING;

import io.trino.tpch.CustomerGenerator;
import io.trino.tpch.OrderGenerator;
import io.trino.tpch.PartGenerator;
import io.trino.tpch.SupplierGenerator;
import io.trino.tpch.TpchTable;
import java.util.List;
import java.util.Optional;

/**
 * The eight tables as in the TPC-H specification, clauses 1.4.1 and 4.2.5.1. Without primary and
 * foreign keys: the specification leaves them open, and they are not known to work in a deeplake
 * table.
 */
public final class TpchSchema {
  static final BenchmarkTable REGION =
      new BenchmarkTable(
          "region",
          TpchTable.REGION,
          0,
          5,
          List.of(
              of("r_regionkey", IDENTIFIER),
              of("r_name", FIXED, 25),
              of("r_comment", VARYING, 152)));

  static final BenchmarkTable NATION =
      new BenchmarkTable(
          "nation",
          TpchTable.NATION,
          0,
          25,
          List.of(
              of("n_nationkey", IDENTIFIER),
              of("n_name", FIXED, 25),
              of("n_regionkey", IDENTIFIER),
              of("n_comment", VARYING, 152)));

  static final BenchmarkTable SUPPLIER =
      new BenchmarkTable(
          "supplier",
          TpchTable.SUPPLIER,
          SupplierGenerator.SCALE_BASE,
          1,
          List.of(
              of("s_suppkey", IDENTIFIER),
              of("s_name", FIXED, 25),
              of("s_address", VARYING, 40),
              of("s_nationkey", IDENTIFIER),
              of("s_phone", FIXED, 15),
              of("s_acctbal", DECIMAL),
              of("s_comment", VARYING, 101)));

  static final BenchmarkTable PART =
      new BenchmarkTable(
          "part",
          TpchTable.PART,
          PartGenerator.SCALE_BASE,
          1,
          List.of(
              of("p_partkey", IDENTIFIER),
              of("p_name", VARYING, 55),
              of("p_mfgr", FIXED, 25),
              of("p_brand", FIXED, 10),
              of("p_type", VARYING, 25),
              of("p_size", INTEGER),
              of("p_container", FIXED, 10),
              of("p_retailprice", DECIMAL),
              of("p_comment", VARYING, 23)));

  static final BenchmarkTable CUSTOMER =
      new BenchmarkTable(
          "customer",
          TpchTable.CUSTOMER,
          CustomerGenerator.SCALE_BASE,
          1,
          List.of(
              of("c_custkey", IDENTIFIER),
              of("c_name", VARYING, 25),
              of("c_address", VARYING, 40),
              of("c_nationkey", IDENTIFIER),
              of("c_phone", FIXED, 15),
              of("c_acctbal", DECIMAL),
              of("c_mktsegment", FIXED, 10),
              of("c_comment", VARYING, 117)));

  static final BenchmarkTable PARTSUPP =
      new BenchmarkTable(
          "partsupp",
          TpchTable.PART_SUPPLIER,
          PartGenerator.SCALE_BASE,
          4,
          List.of(
              of("ps_partkey", IDENTIFIER),
              of("ps_suppkey", IDENTIFIER),
              of("ps_availqty", INTEGER),
              of("ps_supplycost", DECIMAL),
              of("ps_comment", VARYING, 199)));

  static final BenchmarkTable ORDERS =
      new BenchmarkTable(
          "orders",
          TpchTable.ORDERS,
          OrderGenerator.SCALE_BASE,
          1,
          List.of(
              of("o_orderkey", IDENTIFIER),
              of("o_custkey", IDENTIFIER),
              of("o_orderstatus", FLAG),
              of("o_totalprice", DECIMAL),
              of("o_orderdate", DATE),
              of("o_orderpriority", FIXED, 15),
              of("o_clerk", FIXED, 15),
              of("o_shippriority", INTEGER),
              of("o_comment", VARYING, 79)));

  static final BenchmarkTable LINEITEM =
      new BenchmarkTable(
          "lineitem",
          TpchTable.LINE_ITEM,
          OrderGenerator.SCALE_BASE,
          7,
          List.of(
              of("l_orderkey", IDENTIFIER),
              of("l_partkey", IDENTIFIER),
              of("l_suppkey", IDENTIFIER),
              of("l_linenumber", INTEGER),
              of("l_quantity", DECIMAL),
              of("l_extendedprice", DECIMAL),
              of("l_discount", DECIMAL),
              of("l_tax", DECIMAL),
              of("l_returnflag", FLAG),
              of("l_linestatus", FLAG),
              of("l_shipdate", DATE),
              of("l_commitdate", DATE),
              of("l_receiptdate", DATE),
              of("l_shipinstruct", FIXED, 25),
              of("l_shipmode", FIXED, 10),
              of("l_comment", VARYING, 44)));

  static final List<BenchmarkTable> TABLES =
      List.of(REGION, NATION, SUPPLIER, PART, CUSTOMER, PARTSUPP, ORDERS, LINEITEM);

  private TpchSchema() {}

  /** The names, in the order of loading. */
  public static List<String> names() {
    return TABLES.stream().map(BenchmarkTable::name).toList();
  }

  static Optional<BenchmarkTable> named(String name) {
    return TABLES.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  private static Column of(String name, Column.Kind kind) {
    return new Column(name, kind, 0);
  }

  private static Column of(String name, Column.Kind kind, int length) {
    return new Column(name, kind, length);
  }
}
