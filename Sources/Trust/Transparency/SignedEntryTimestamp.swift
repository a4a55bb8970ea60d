import JSON

/// The promise of a Rekor log of the first generation to include an entry, made at a time that it thereby states: a signature over the
/// canonical JSON (RFC 8785) of four members.
package enum SignedEntryTimestamp {
    /// The bytes that are signed. Every member is of ASCII letters and digits alone, so that canonical JSON is its members in order.
    package static func signedBytes(body: [UInt8], integratedTime: Int64, logID: [UInt8], logIndex: Int64) -> [UInt8] {
        let text =
            "{\"body\":\"\(Base64.encode(body))\",\"integratedTime\":\(integratedTime),"
            + "\"logID\":\"\(ContentDigest.hexadecimal(logID))\",\"logIndex\":\(logIndex)}"
        return Array(text.utf8)
    }

    /// The time at which the log says it took the entry, in seconds since 1970; only a verified promise gives one.
    static func verifiedTime(of entry: LogEntry, by key: PublicKey) throws(LogFailure) -> Int64 {
        guard let promise = entry.promise else { throw .setMissing }
        guard let body = entry.body, let time = entry.integratedTime else {
            throw .entryMalformed("a promise without the body and time that it is made over")
        }
        let signed = signedBytes(body: body, integratedTime: time, logID: entry.logID, logIndex: entry.index)
        guard key.isValid(signature: promise, for: signed) else { throw .setInvalid }
        return time
    }
}
