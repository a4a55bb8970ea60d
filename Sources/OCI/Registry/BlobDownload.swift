internal import HTTPTypes

/// A blob on its way: what is known of it so far, however many requests that took. Every byte is hashed as it comes.
struct BlobDownload {
    private(set) var check: BlobCheck
    /// A validator of the content that the last place gave, for that place alone (RFC 9110, 8.8.3). A weak one says nothing of bytes.
    private(set) var entityTag: String?
    /// The last place has no ranges, or none for this.
    private(set) var isWithoutRanges = false
    /// Mirrors that gave some of the bytes.
    private(set) var mirrors: Set<String> = []
    /// What of this request's answer is known already, and is held against what came before.
    private var repeated: (digester: Digester, left: Int)?
    private let subject: String

    init(_ descriptor: Descriptor, source: String) {
        check = BlobCheck(descriptor, source: source)
        subject = "\(source)@\(descriptor.digest)"
    }

    private var size: Int { check.descriptor.size }
    var isWhole: Bool { check.count == size }

    /// Forgets what is true of the last place only.
    mutating func moveOn() {
        entityTag = nil
        isWithoutRanges = false
    }

    /// The fields that ask for what is missing.
    var fields: HTTPFields {
        guard check.count > 0, !isWithoutRanges else { return [:] }
        var fields: HTTPFields = [.range: "bytes=\(check.count)-"]
        if let entityTag { fields[.ifRange] = entityTag }
        return fields
    }

    /// Holds an answer's head against what was asked for, before a byte of its body is read.
    /// - Returns: false when the body is of no use: the place has no such range.
    mutating func begin(_ status: Int, _ fields: HTTPFields, at endpoint: Endpoint) throws(OCIError) -> Bool {
        repeated = nil
        if status == 416 {
            isWithoutRanges = true
            return false
        }
        if endpoint.isMirror { mirrors.insert(endpoint.registry) }
        if let tag = fields[.eTag], tag.hasPrefix("\"") { entityTag = tag }
        if status == 206 {
            try checkRange(fields)
        } else {
            try checkLength(fields, size)
            // A place that does not do ranges starts over; so does one whose content has changed, and then this tells.
            if check.count > 0 { repeated = (Digester(check.descriptor.digest.algorithm), check.count) }
        }
        return true
    }

    /// Passes the bytes through that are new.
    mutating func take(_ part: [UInt8]) throws(OCIError) -> ArraySlice<UInt8> {
        var new = part[...]
        if var known = repeated {
            let old = new.prefix(known.left)
            known.digester.update(old)
            known.left -= old.count
            new = new.dropFirst(old.count)
            if known.left > 0 {
                repeated = known
            } else {
                repeated = nil
                guard known.digester.digest == check.digest else {
                    throw OCIError(
                        .digestMismatch,
                        "\(subject): the content changed between two requests; it can't be what was asked for: do not use it, push it again"
                    )
                }
            }
        }
        try check.take(new)
        return new
    }

    private func checkLength(_ fields: HTTPFields, _ wanted: Int) throws(OCIError) {
        guard let length = fields.length, length != wanted else { return }
        throw OCIError(.sizeMismatch, "\(subject): the registry announces \(length) bytes, wanted \(wanted)")
    }

    /// `bytes 100-199/200` (RFC 9110, 14.4).
    private func checkRange(_ fields: HTTPFields) throws(OCIError) {
        let text = fields[.contentRange] ?? ""
        let parts = text.hasPrefix("bytes ") ? text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false) : []
        let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) } ?? []
        guard check.count > 0, parts.count == 2, ends.count == 2, let first = ends[0], let last = ends[1], first == check.count,
            last >= first
        else {
            throw OCIError(.malformed, "\(subject): the registry answers with another range than asked for: \(shown(text))")
        }
        guard parts[1] == "*" || Int(parts[1]) == size, last < size else {
            throw OCIError(.sizeMismatch, "\(subject): the registry has \(shown(parts[1])) bytes of this, wanted \(size)")
        }
        try checkLength(fields, last - first + 1)
    }
}

/// Tells whether a sender sends at all: one that drips a byte at a time would hold a pull up for ever without ever being idle.
struct TransferPace {
    /// Bytes that at least must come in a window.
    static let minimum = 60 << 10
    static let window = Duration.seconds(60)

    private var waited = Duration.zero
    private var received = 0

    /// - Parameter waiting: how long this part was waited for; what its taker needs does not count.
    mutating func take(_ count: Int, after waiting: Duration, subject: String) throws(OCIError) {
        waited += waiting
        received += count
        guard waited >= Self.window else { return }
        guard received >= Self.minimum else {
            throw OCIError(
                .unreachable, "\(subject): the registry sends too slowly: \(received) bytes in \(waited), wanted \(Self.minimum) at least")
        }
        self = TransferPace()
    }
}
