import Trust

/// All that a judgement follows from.
struct VerdictQuestion: Sendable {
    let policies: PolicySet
    let delivery: Delivery
    let digest: String
    /// Those that count.
    let signatures: [SignatureManifest]
    /// Nil where no signature depends on it.
    let occasion: Occasion?

    /// - Parameter pinned: digests of the manifests that count; nil: all do.
    init(
        _ policies: PolicySet, _ delivery: Delivery, digest: String, signatures: [SignatureManifest], pinned: Set<String>? = nil,
        on occasion: Occasion? = nil
    ) {
        self.policies = policies
        self.delivery = delivery
        self.digest = digest
        self.signatures = pinned.map { pinned in signatures.filter { pinned.contains($0.digest) } } ?? signatures
        self.occasion = occasion
    }

    func judge() -> Judgement { policies.judge(delivery, digest: digest, signatures: signatures, on: occasion) }

    /// How long its signatures hold from the occasion on; nil where they don't run out.
    func timeLeft(of judgement: Judgement) -> Duration? {
        guard let occasion, let end = judgement.holdsUntil else { return nil }
        return .seconds(end.seconds - occasion.now.seconds) + .nanoseconds(Int64(end.nanoseconds) - Int64(occasion.now.nanoseconds))
    }

    /// Equal for equal questions alone: every text after its length, byte by byte. Equal strings of Swift may be of other bytes, and then are other names.
    var key: [UInt8] {
        var key = policies.content
        key.reserveCapacity(512)
        for text in [delivery.namespace, delivery.class, delivery.slot, delivery.repository, digest] { Self.add(text, to: &key) }
        for manifest in signatures { Self.add(manifest.digest, to: &key) }
        if let occasion {
            for text in ["occasion", occasion.mediaType, "\(occasion.size)", "\(occasion.now.seconds / 60)"] { Self.add(text, to: &key) }
        }
        return key
    }

    private static func add(_ text: String, to key: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { key.append(contentsOf: $0) }
            key.append(contentsOf: bytes)
        }
    }
}
