package org.pgdeeplake.manager.ingest;

import io.trino.tpch.Customer;
import io.trino.tpch.LineItem;
import io.trino.tpch.Nation;
import io.trino.tpch.Order;
import io.trino.tpch.Part;
import io.trino.tpch.PartSupplier;
import io.trino.tpch.Region;
import io.trino.tpch.Supplier;
import io.trino.tpch.TpchEntity;

/** The generator's rows in the order of {@link TpchSchema}'s columns. */
final class GeneratedRow {
  private GeneratedRow() {}

  static CopyRow write(TpchEntity entity, CopyRow row) {
    row.start();
    return switch (entity) {
      case LineItem lineItem -> lineItem(lineItem, row);
      case Order order -> order(order, row);
      case PartSupplier offer ->
          row.integer(offer.partKey())
              .integer(offer.supplierKey())
              .integer(offer.availableQuantity())
              .hundredths(offer.supplyCostInCents())
              .varying(offer.comment());
      case Customer customer -> customer(customer, row);
      case Part part -> part(part, row);
      case Supplier supplier ->
          row.integer(supplier.supplierKey())
              .fixed(supplier.name())
              .varying(supplier.address())
              .integer(supplier.nationKey())
              .fixed(supplier.phone())
              .hundredths(supplier.accountBalanceInCents())
              .varying(supplier.comment());
      case Nation nation ->
          row.integer(nation.nationKey())
              .fixed(nation.name())
              .integer(nation.regionKey())
              .varying(nation.comment());
      case Region region ->
          row.integer(region.regionKey()).fixed(region.name()).varying(region.comment());
      default -> throw new IllegalArgumentException("No table of TPC-H: " + entity.getClass());
    };
  }

  private static CopyRow lineItem(LineItem item, CopyRow row) {
    return row.integer(item.orderKey())
        .integer(item.partKey())
        .integer(item.supplierKey())
        .integer(item.lineNumber())
        .hundredths(item.quantity() * 100)
        .hundredths(item.extendedPriceInCents())
        .hundredths(item.discountPercent())
        .hundredths(item.taxPercent())
        .fixed(item.returnFlag())
        .fixed(item.status())
        .date(item.shipDate())
        .date(item.commitDate())
        .date(item.receiptDate())
        .fixed(item.shipInstructions())
        .fixed(item.shipMode())
        .varying(item.comment());
  }

  private static CopyRow order(Order order, CopyRow row) {
    return row.integer(order.orderKey())
        .integer(order.customerKey())
        .fixed(String.valueOf(order.orderStatus()))
        .hundredths(order.totalPriceInCents())
        .date(order.orderDate())
        .fixed(order.orderPriority())
        .fixed(order.clerk())
        .integer(order.shipPriority())
        .varying(order.comment());
  }

  private static CopyRow customer(Customer customer, CopyRow row) {
    return row.integer(customer.customerKey())
        .varying(customer.name())
        .varying(customer.address())
        .integer(customer.nationKey())
        .fixed(customer.phone())
        .hundredths(customer.accountBalanceInCents())
        .fixed(customer.marketSegment())
        .varying(customer.comment());
  }

  private static CopyRow part(Part part, CopyRow row) {
    return row.integer(part.partKey())
        .varying(part.name())
        .fixed(part.manufacturer())
        .fixed(part.brand())
        .varying(part.type())
        .integer(part.size())
        .fixed(part.container())
        .hundredths(part.retailPriceInCents())
        .varying(part.comment());
  }
}
