import SwiftASN1

/// Walks the parts of one SEQUENCE or SET in their order; each is asked for by its tag, and none may be left over.
///
/// swift-asn1 has read the bytes into nodes by then: lengths are within bounds and, in DER, minimal; nesting is bounded.
struct NodeReader {
    private let what: String
    private var nodes: ASN1NodeCollection.Iterator
    private var ahead: ASN1Node?

    /// - Parameter what: names the structure in failures.
    init(_ node: ASN1Node, _ identifier: ASN1Identifier = .sequence, _ what: String) throws(ASN1Fault) {
        guard node.identifier == identifier, case .constructed(let children) = node.content else {
            throw ASN1Fault("\(what): found the tag \(node.identifier), wanted \(identifier)")
        }
        self.what = what
        nodes = children.makeIterator()
        ahead = nodes.next()
    }

    /// Reads `bytes` as DER first; nothing may follow.
    init(der bytes: ArraySlice<UInt8>, _ what: String) throws(ASN1Fault) {
        try self.init(Self.parse(bytes, what), .sequence, what)
    }

    static func parse(_ bytes: ArraySlice<UInt8>, _ what: String) throws(ASN1Fault) -> ASN1Node {
        do {
            return try DER.parse(bytes)
        } catch {
            throw ASN1Fault("\(what): not DER (\(error))")
        }
    }

    var isAtEnd: Bool { ahead == nil }

    /// The next part, whatever its tag.
    mutating func next() throws(ASN1Fault) -> ASN1Node {
        guard let node = ahead.take() else { throw ASN1Fault("\(what): ends too early") }
        ahead = nodes.next()
        return node
    }

    mutating func next(_ identifier: ASN1Identifier) throws(ASN1Fault) -> ASN1Node {
        let node = try next()
        guard node.identifier == identifier else {
            throw ASN1Fault("\(what): found the tag \(node.identifier), wanted \(identifier)")
        }
        return node
    }

    /// The next part if it has this tag.
    mutating func optional(_ identifier: ASN1Identifier) -> ASN1Node? {
        guard ahead?.identifier == identifier else { return nil }
        let node = ahead.take()
        ahead = nodes.next()
        return node
    }

    mutating func optional(context number: UInt) -> ASN1Node? {
        optional(ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific))
    }

    mutating func rest() -> [ASN1Node] {
        var rest: [ASN1Node] = []
        while let node = ahead {
            rest.append(node)
            ahead = nodes.next()
        }
        return rest
    }

    func end() throws(ASN1Fault) {
        if let node = ahead { throw ASN1Fault("\(what): \(node.identifier) left over") }
    }
}
