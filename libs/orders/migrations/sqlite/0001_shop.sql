-- Contracts §7 on SQLite. Money is integer cents, times are microseconds since 1970 UTC, a UUID is its 16 bytes.
-- Ids compare byte for byte: BINARY is SQLite's own collation.

CREATE TABLE Customer (
    Id INTEGER PRIMARY KEY,
    ExternalCustomerId TEXT NOT NULL UNIQUE,
    Name TEXT,
    Email TEXT,
    City TEXT,
    Country TEXT,
    CreatedAt INTEGER NOT NULL,
    UpdatedAt INTEGER NOT NULL,
    IsSoftDeleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE Product (
    Id INTEGER PRIMARY KEY,
    ExternalProductId TEXT NOT NULL UNIQUE,
    Position INTEGER NOT NULL,
    Name TEXT NOT NULL,
    Category TEXT NOT NULL,
    Vendor TEXT NOT NULL,
    ImageUrl TEXT NOT NULL,
    Discount INTEGER NOT NULL DEFAULT 0 CHECK (Discount BETWEEN 0 AND 100),
    BillingPeriod TEXT NOT NULL CHECK (BillingPeriod IN ('Monthly', 'Annual')),
    IsSubscription INTEGER NOT NULL DEFAULT 1,
    PriceCents INTEGER NOT NULL CHECK (PriceCents >= 0),
    IsActive INTEGER NOT NULL DEFAULT 1,
    CreatedAt INTEGER NOT NULL,
    UpdatedAt INTEGER NOT NULL
);

CREATE TABLE "Order" (
    Id INTEGER PRIMARY KEY,
    CorrelationId BLOB NOT NULL UNIQUE CHECK (length(CorrelationId) = 16),
    CustomerId INTEGER NOT NULL REFERENCES Customer (Id),
    Fingerprint BLOB NOT NULL CHECK (length(Fingerprint) = 32),
    Timeline TEXT NOT NULL,
    CreatedAt INTEGER NOT NULL,
    UpdatedAt INTEGER NOT NULL,
    IsSoftDeleted INTEGER NOT NULL DEFAULT 0
);

-- A customer's page, newest first, and its count, from the index alone. (A partial index would not do: SQLite looks up the
-- row again to check IsSoftDeleted.)
CREATE INDEX OrderPage ON "Order" (CustomerId, IsSoftDeleted, CreatedAt DESC, Id DESC);

CREATE TABLE OrderItem (
    Id INTEGER PRIMARY KEY,
    OrderId INTEGER NOT NULL REFERENCES "Order" (Id),
    Line INTEGER NOT NULL,
    ProductId INTEGER NOT NULL REFERENCES Product (Id),
    Quantity INTEGER NOT NULL CHECK (Quantity > 0),
    UnitPriceCents INTEGER NOT NULL CHECK (UnitPriceCents >= 0),
    UNIQUE (OrderId, Line)
);

CREATE TABLE FailedOrder (
    Id INTEGER PRIMARY KEY,
    CorrelationId BLOB NOT NULL UNIQUE CHECK (length(CorrelationId) = 16),
    ExternalCustomerId TEXT,
    Items TEXT NOT NULL,
    Fingerprint BLOB,
    Reason TEXT NOT NULL,
    Timeline TEXT NOT NULL,
    AcceptedAt INTEGER,
    CreatedAt INTEGER NOT NULL
);

-- An order's row beside each of its items, as every read wants it.
CREATE VIEW OrderLine AS
SELECT o.Id, o.CorrelationId, c.ExternalCustomerId, o.Fingerprint, o.Timeline, o.CreatedAt, o.IsSoftDeleted, i.Line,
       p.ExternalProductId, p.Name AS ProductName, p.ImageUrl, i.UnitPriceCents, i.Quantity
FROM "Order" o
CROSS JOIN Customer c ON c.Id = o.CustomerId
CROSS JOIN OrderItem i ON i.OrderId = o.Id
CROSS JOIN Product p ON p.Id = i.ProductId;
