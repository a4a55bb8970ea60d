import SwiftASN1

/// CMS SignedData (RFC 5652 §5) as far as a time stamp uses it: one signer, signed attributes, content inside.
///
/// Outside, lengths may be BER and a SET OF in any order, as openssl and FreeTSA write them. What is signed, the content and the
/// attributes, is DER. The certificates that come along are kept as they came: who may sign is the trust root's matter.
struct SignedData {
    let contentType: ASN1ObjectIdentifier
    /// eContent, the bytes that the attributes hold the digest of.
    let content: [UInt8]
    /// The certificates that came along, unread; none where there are more than `certificateLimit`.
    let certificates: [[UInt8]]
    /// Each entry of signerInfos; a time stamp has one.
    let signers: [SignerInfo]

    static let type: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
    static let certificateLimit = 16

    init(contentInfo node: ASN1Node) throws(ASN1Fault) {
        var info = try NodeReader(node, .sequence, "ContentInfo")
        let type = try info.next(.objectIdentifier).objectIdentifier("contentType")
        guard type == Self.type, let inner = info.optional(context: 0) else { throw ASN1Fault("the token isn't signed data, but \(type)") }
        try info.end()

        var data = try NodeReader(inner.inner("content"), .sequence, "SignedData")
        let version = try data.next(.integer).smallInteger("the version")
        guard (1...5).contains(version) else { throw ASN1Fault("SignedData: version \(version)") }
        _ = try data.next(.set)
        var encapsulated = try NodeReader(data.next(.sequence), .sequence, "encapContentInfo")
        contentType = try encapsulated.next(.objectIdentifier).objectIdentifier("eContentType")
        guard let explicit = encapsulated.optional(context: 0) else { throw ASN1Fault("the token holds no content") }
        content = Array(try explicit.inner("eContent").octets("eContent"))
        try encapsulated.end()
        let along = try data.optional(context: 0)?.children("certificates") ?? []
        certificates = along.count <= Self.certificateLimit ? along.map { Array($0.encodedBytes) } : []
        _ = data.optional(context: 1)
        let nodes = try data.next(.set).children("signerInfos")
        try data.end()
        guard nodes.count <= 16 else { throw ASN1Fault("\(nodes.count) signers") }
        var signers: [SignerInfo] = []
        for node in nodes { signers.append(try SignerInfo(node)) }
        self.signers = signers
    }
}
