import SwiftASN1

extension ASN1Node {
    /// The content of a primitive part.
    func primitive(_ what: String) throws(ASN1Fault) -> ArraySlice<UInt8> {
        guard case .primitive(let bytes) = content else { throw ASN1Fault("\(what): constructed, wanted a primitive value") }
        return bytes
    }

    /// The one part inside an explicit tag.
    func inner(_ what: String) throws(ASN1Fault) -> ASN1Node {
        guard case .constructed(let children) = content else { throw ASN1Fault("\(what): an explicit tag around nothing") }
        var iterator = children.makeIterator()
        guard let node = iterator.next(), iterator.next() == nil else {
            throw ASN1Fault("\(what): an explicit tag holds exactly one value")
        }
        return node
    }

    func children(_ what: String) throws(ASN1Fault) -> [ASN1Node] {
        guard case .constructed(let children) = content else { throw ASN1Fault("\(what): primitive, wanted parts") }
        var nodes: [ASN1Node] = []
        var iterator = children.makeIterator()
        while let node = iterator.next() { nodes.append(node) }
        return nodes
    }

    func objectIdentifier(_ what: String) throws(ASN1Fault) -> ASN1ObjectIdentifier {
        do {
            return try ASN1ObjectIdentifier(derEncoded: self)
        } catch {
            throw ASN1Fault("\(what): no object identifier")
        }
    }

    /// The bytes of an INTEGER in its shortest form, two's complement.
    func integerBytes(_ what: String) throws(ASN1Fault) -> ArraySlice<UInt8> {
        guard identifier == .integer else { throw ASN1Fault("\(what): found the tag \(identifier), wanted an INTEGER") }
        let bytes = try primitive(what)
        guard let first = bytes.first else { throw ASN1Fault("\(what): an INTEGER without content") }
        if bytes.count > 1 {
            let second = bytes[bytes.startIndex + 1]
            let isPadded = (first == 0 && second & 0x80 == 0) || (first == 0xff && second & 0x80 != 0)
            guard !isPadded else { throw ASN1Fault("\(what): an INTEGER longer than its value needs") }
        }
        return bytes
    }

    /// A small number that isn't negative.
    func smallInteger(_ what: String) throws(ASN1Fault) -> Int {
        let bytes = try integerBytes(what)
        guard bytes.count <= 4, let first = bytes.first, first & 0x80 == 0 else { throw ASN1Fault("\(what): out of range") }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    func boolean(_ what: String) throws(ASN1Fault) -> Bool {
        let bytes = try primitive(what)
        guard identifier == .boolean, bytes.count == 1 else { throw ASN1Fault("\(what): no BOOLEAN") }
        switch bytes.first {
        case 0: return false
        case 0xff: return true
        default: throw ASN1Fault("\(what): a BOOLEAN that is neither 00 nor FF")
        }
    }

    func octets(_ what: String) throws(ASN1Fault) -> ArraySlice<UInt8> {
        guard identifier == .octetString else { throw ASN1Fault("\(what): found the tag \(identifier), wanted an OCTET STRING") }
        return try primitive(what)
    }

    /// A BIT STRING of whole bytes.
    func wholeBits(_ what: String) throws(ASN1Fault) -> ArraySlice<UInt8> {
        guard identifier == .bitString else { throw ASN1Fault("\(what): found the tag \(identifier), wanted a BIT STRING") }
        let bytes = try primitive(what)
        guard bytes.first == 0 else { throw ASN1Fault("\(what): a BIT STRING with unused bits") }
        return bytes.dropFirst()
    }
}
