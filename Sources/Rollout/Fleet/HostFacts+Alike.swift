import GraftAPI
import KubeCore

// What a hundred thousand hosts have in common is found without a copy of one: by fields, and not by clearing those that are left out and
// comparing the rest. A test holds the list of fields to what there are.
extension HostFacts {
    /// Whether all that is known of two hosts is the same, but for their names and the moments at which something was so.
    func isAlike(_ other: HostFacts) -> Bool {
        isReady == other.isReady && isHeld == other.isHeld && isLastActivated == other.isLastActivated && canRoute == other.canRoute
            && canStageAhead == other.canStageAhead && canRestart == other.canRestart && zone == other.zone && claimedBy == other.claimedBy
            && isSlotAlike(other) && incompatibilities == other.incompatibilities && unmetNeeds == other.unmetNeeds
            && labels == other.labels
    }

    private func isSlotAlike(_ other: HostFacts) -> Bool {
        switch (slot, other.slot) {
        case (nil, nil): true
        case (let slot?, let other?): slot.isAlike(other)
        default: false
        }
    }

    /// Equal of hosts that are alike, and of others hardly ever.
    var fingerprint: UInt64 {
        var print = Fingerprint()
        var flags: UInt64 = isReady ? 1 : 0
        if isHeld { flags |= 2 }
        if isLastActivated { flags |= 4 }
        if canRoute { flags |= 8 }
        if canStageAhead { flags |= 16 }
        if canRestart { flags |= 32 }
        print.add(flags)
        print.add(zone)
        print.add(claimedBy)
        print.add(incompatibilities)
        print.add(unmetNeeds)
        print.add(labels)
        if slot != nil { slot!.add(to: &print) }
        return print.value
    }
}

extension SlotStatus {
    fileprivate func isAlike(_ other: SlotStatus) -> Bool {
        rollout == other.rollout && target == other.target && isActiveAlike(other) && staged == other.staged && owner == other.owner
            && name == other.name && isCanaryAlike(other) && isTrustAlike(other) && ahead == other.ahead
            && restarted == other.restarted
    }

    private func isActiveAlike(_ other: SlotStatus) -> Bool {
        switch (active, other.active) {
        case (nil, nil): true
        case (let one?, let other?):
            one.revision == other.revision && one.digest == other.digest && one.version == other.version
                && one.evidenceHash == other.evidenceHash
        default: false
        }
    }

    private func isCanaryAlike(_ other: SlotStatus) -> Bool {
        switch (canary, other.canary) {
        case (nil, nil): true
        case (let one?, let other?):
            one.revision == other.revision && one.digest == other.digest && one.version == other.version
                && one.evidenceHash == other.evidenceHash && one.rule == other.rule
        default: false
        }
    }

    private func isTrustAlike(_ other: SlotStatus) -> Bool {
        switch (trust, other.trust) {
        case (nil, nil): true
        case (let one?, let other?): one.state == other.state && one.reason == other.reason && one.message == other.message
        default: false
        }
    }

    /// What tells hosts of one fleet apart: who has the same revision has the same digest, as a rule.
    fileprivate func add(to print: inout Fingerprint) {
        print.add(owner.planUID)
        print.add(rollout)
        print.add(active?.revision)
        print.add(active?.evidenceHash)
        print.add(canary?.revision)
        print.add(canary?.rule)
        print.add(target?.revision)
        print.add(target?.state.rawValue)
        print.add(target?.message)
        for revision in staged { print.add(revision) }
        print.add(trust?.message)
        print.add(ahead?.revision)
        print.add(ahead?.message)
        print.add(UInt64(bitPattern: restarted?.time.microseconds ?? 0))
    }
}

/// A hash that costs a nanosecond for eight bytes, for tables whose entries are compared besides.
struct Fingerprint {
    private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        value = product.high ^ product.low
    }

    mutating func add(_ text: String) { add(Fingerprint.hash(text)) }

    mutating func add(_ text: String?) {
        if let text { add(text) } else { add(0 as UInt64) }
    }

    /// In whichever order they are met.
    mutating func add(_ texts: [String: String]) {
        guard !texts.isEmpty else { return add(1 as UInt64) }
        var sum: UInt64 = 0
        for (key, value) in texts {
            var pair = Fingerprint()
            pair.add(key)
            pair.add(value)
            sum &+= pair.value
        }
        add(sum)
    }

    private static func hash(_ text: String) -> UInt64 {
        if let hash = text.utf8.withContiguousStorageIfAvailable({ hash(UnsafeRawBufferPointer($0)) }) { return hash }
        return Array(text.utf8).withUnsafeBytes { hash($0) }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var print = Fingerprint()
        let count = bytes.count
        var offset = 0
        while offset + 8 <= count {
            print.add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest = UInt64(count) << 56
        while offset < count {
            rest = rest << 8 ^ UInt64(bytes[offset])
            offset += 1
        }
        print.add(rest)
        return print.value
    }
}
