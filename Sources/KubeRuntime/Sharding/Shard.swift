public import KubeCore

/// The part of a controller's keys that this process works on. Others are dropped as they come, and asked for anew when their slot becomes
/// ours.
public struct Shard<Key: Hashable & Sendable>: Sendable {
    let member: ShardMember
    private let text: @Sendable (Key) -> String

    /// The part that a member owns.
    /// - Parameter text: keys of equal text have the same owner; by default each key is for itself.
    public init(_ member: ShardMember, by text: @escaping @Sendable (Key) -> String = { "\($0)" }) {
        self.member = member
        self.text = text
    }

    func slot(of key: Key) -> Int { member.slots.slot(of: text(key)) }
    func owns(_ key: Key) -> Bool { member.owned.contains(slot(of: key)) }
    func begin(_ key: Key) -> Bool { member.begin(slot(of: key)) }
    func end(_ key: Key) { member.end(slot(of: key)) }
}

/// A label that says in which slot an object is, so that each process watches only what is its own: less to send, to decode and to hold.
/// Who creates the objects sets it; what has no such label is seen by nobody.
public struct ShardLabel: Sendable, Hashable {
    /// The label's key.
    public let name: String
    /// The slots that its values number.
    public let slots: ShardSlots

    /// A label for the slots of a group.
    /// - Parameter name: as in `example.com/slot`.
    public init(_ name: String, slots: ShardSlots = ShardSlots()) {
        self.name = name
        self.slots = slots
    }

    /// The label's value for a key.
    public func value(for key: some CustomStringConvertible) -> String { String(slots.slot(of: key)) }

    /// Selects the objects of some slots.
    public func selector(for owned: Set<Int>) -> LabelSelector {
        LabelSelector(matchExpressions: [.init(key: name, operator: .isIn, values: owned.sorted().map(String.init))])
    }
}
