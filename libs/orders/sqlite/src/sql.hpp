// Every statement of this adapter in one place, so that a test can ask SQLite for the plan of each.
#pragma once
#include <array>
#include <string_view>

namespace orders::sql {

using text = std::string_view;

// Writing orders
inline constexpr text find_row =
    R"(SELECT o.Id, o.Fingerprint, o.IsSoftDeleted, c.ExternalCustomerId
       FROM "Order" o JOIN Customer c ON c.Id = o.CustomerId WHERE o.CorrelationId = ?1)";
inline constexpr text any_failure = "SELECT EXISTS (SELECT 1 FROM FailedOrder)";
inline constexpr text find_failure_identity =
    "SELECT ExternalCustomerId, Fingerprint FROM FailedOrder WHERE CorrelationId = ?1";
inline constexpr text find_product = "SELECT Id FROM Product WHERE ExternalProductId = ?1";
inline constexpr text price_of_product = "SELECT PriceCents FROM Product WHERE Id = ?1";
inline constexpr text find_customer = "SELECT Id FROM Customer WHERE ExternalCustomerId = ?1";
inline constexpr text insert_customer =
    "INSERT INTO Customer (ExternalCustomerId, CreatedAt, UpdatedAt) VALUES (?1, ?2, ?2)";
inline constexpr text insert_order =
    R"(INSERT INTO "Order" (CorrelationId, CustomerId, Fingerprint, Timeline, CreatedAt, UpdatedAt)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6))";
inline constexpr text insert_item =
    R"(INSERT INTO OrderItem (OrderId, Line, ProductId, Quantity, UnitPriceCents) VALUES (?1, ?2, ?3, ?4, ?5))";
inline constexpr text delete_failure = "DELETE FROM FailedOrder WHERE CorrelationId = ?1";
inline constexpr text soft_delete =
    R"(UPDATE "Order" SET IsSoftDeleted = 1, UpdatedAt = ?3 WHERE Id = ?1 AND IsSoftDeleted = 0
       AND CustomerId = (SELECT Id FROM Customer WHERE ExternalCustomerId = ?2) RETURNING CorrelationId)";

// Writing failures
inline constexpr text insert_failure =
    R"(INSERT INTO FailedOrder (CorrelationId, ExternalCustomerId, Items, Fingerprint, Reason, Timeline, AcceptedAt,
                                CreatedAt)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM "Order" WHERE CorrelationId = ?1)
       ON CONFLICT (CorrelationId) DO NOTHING)";
inline constexpr text failure_stands = "SELECT EXISTS (SELECT 1 FROM FailedOrder WHERE CorrelationId = ?1)";

// Reading. OrderLine is a view: an order's row beside each of its items.
inline constexpr text catalogue =
    R"(SELECT ExternalProductId, Name, Category, Vendor, ImageUrl, BillingPeriod, Discount, IsSubscription, PriceCents,
              IsActive
       FROM Product ORDER BY Position, Id)";
inline constexpr text order_by_id =
    R"(SELECT Id, CorrelationId, ExternalCustomerId, Fingerprint, Timeline, CreatedAt, IsSoftDeleted, ExternalProductId,
              ProductName, ImageUrl, UnitPriceCents, Quantity
       FROM OrderLine WHERE Id = ?1 ORDER BY Line)";
inline constexpr text order_by_correlation =
    R"(SELECT Id, CorrelationId, ExternalCustomerId, Fingerprint, Timeline, CreatedAt, IsSoftDeleted, ExternalProductId,
              ProductName, ImageUrl, UnitPriceCents, Quantity
       FROM OrderLine WHERE CorrelationId = ?1 ORDER BY Line)";
inline constexpr text page =
    R"(SELECT l.Id, l.CorrelationId, l.ExternalCustomerId, l.Fingerprint, l.Timeline, l.CreatedAt, l.IsSoftDeleted,
              l.ExternalProductId, l.ProductName, l.ImageUrl, l.UnitPriceCents, l.Quantity
       FROM (SELECT Id FROM "Order" WHERE IsSoftDeleted = 0
             AND CustomerId = (SELECT Id FROM Customer WHERE ExternalCustomerId = ?1)
             ORDER BY CreatedAt DESC, Id DESC LIMIT ?2 OFFSET ?3) picked
       CROSS JOIN OrderLine l ON l.Id = picked.Id ORDER BY l.CreatedAt DESC, l.Id DESC, l.Line)";
inline constexpr text page_total =
    R"(SELECT count(*) FROM "Order" WHERE IsSoftDeleted = 0
       AND CustomerId = (SELECT Id FROM Customer WHERE ExternalCustomerId = ?1))";
inline constexpr text find_failure =
    "SELECT ExternalCustomerId, Reason, AcceptedAt, Items, Timeline FROM FailedOrder WHERE CorrelationId = "
    "?1";

// Seed
inline constexpr text seed_product =
    R"(INSERT INTO Product (ExternalProductId, Position, Name, Category, Vendor, ImageUrl, Discount, BillingPeriod,
                            IsSubscription, PriceCents, CreatedAt, UpdatedAt)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11) ON CONFLICT (ExternalProductId) DO NOTHING)";
inline constexpr text seed_customer =
    R"(INSERT INTO Customer (ExternalCustomerId, Name, Email, City, Country, CreatedAt, UpdatedAt)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (ExternalCustomerId) DO NOTHING)";

// Those that may meet many orders; none of them may walk through a table of orders.
inline constexpr std::array with_orders_at_hand{find_row,
                                                find_failure_identity,
                                                find_product,
                                                price_of_product,
                                                find_customer,
                                                insert_order,
                                                insert_item,
                                                delete_failure,
                                                soft_delete,
                                                insert_failure,
                                                failure_stands,
                                                order_by_id,
                                                order_by_correlation,
                                                page,
                                                page_total,
                                                find_failure};

}  // namespace orders::sql
