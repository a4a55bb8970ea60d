/// Names of the time zone database: `Europe/Berlin`, `America/Argentina/Buenos_Aires`, `Etc/GMT+3`.
package enum ZoneName {
    static let pattern = "^[A-Za-z0-9][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*){0,2}$"

    /// Whether it may name a zone. No such name leads out of the database's directory.
    package static func isSound(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 64 && (1...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.utf8.first.map(isAlphanumeric) ?? false && part.utf8.allSatisfy { isAlphanumeric($0) || "_+-".utf8.contains($0) }
            }
    }

    /// Needs no database.
    package static func isUTC(_ name: String) -> Bool { name == "UTC" || name == "Etc/UTC" }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
