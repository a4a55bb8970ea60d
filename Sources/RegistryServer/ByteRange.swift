/// One range of bytes a client asks for (RFC 9110, 14.1.2).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int>)
    case unsatisfiable

    /// What can't be read, and several ranges, count as none: the client gets the whole.
    init(_ field: String?, size: Int) {
        guard let field, field.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let first?, let last) where parts[1].isEmpty || last != nil:
            guard last.map({ $0 >= first }) ?? true else {
                self = .whole
                return
            }
            self = first < size ? .part(first..<min(size, (last ?? size - 1) + 1)) : .unsatisfiable
        case (nil, let count?) where parts[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        default: self = .whole
        }
    }
}
