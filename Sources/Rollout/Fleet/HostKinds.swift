import GraftAPI
import KubeCore

/// What many hosts have in common: everything that is known of them but their names and moments.
final class HostKind: Sendable, Hashable {
    /// Without name, `lastSeen`, and the moments that a host reports: no decision looks at those.
    let facts: HostFacts

    init(_ facts: HostFacts) { self.facts = facts }

    static func == (left: HostKind, right: HostKind) -> Bool { left === right || left.facts == right.facts }
    func hash(into hasher: inout Hasher) { hasher.combine(facts) }
}

/// The kinds of hosts that there are, each once, with a number that stands for it. A fleet of a hundred thousand has a dozen of them while
/// it is well, and one more for each thing that goes wrong in a way of its own.
struct HostKinds {
    private struct Entry {
        /// Nil: the number is free.
        var kind: HostKind?
        var hosts: Int
    }

    private var entries: ContiguousArray<Entry> = []
    private var numbers: [HostKind: Int32] = [:]
    private var free: [Int32] = []
    /// Those that were met last: to compare with one costs less than to look it up.
    private var recent: [Int32] = []
    private var turn = 0
    private var kindsOfZone: [String: Int] = [:]
    /// The zones of all hosts, sorted.
    private(set) var zones: [String] = []
    /// Index into `zones`, by the number of a kind.
    private(set) var zoneOfKind: ContiguousArray<Int32> = []

    /// Numbers are below it.
    var end: Int { entries.count }

    subscript(number: Int32) -> HostFacts { entries[Int(number)].kind!.facts }

    /// Each kind with the number of its hosts.
    var counted: some Sequence<(facts: HostFacts, hosts: Int)> {
        entries.lazy.compactMap { entry in entry.kind.map { ($0.facts, entry.hosts) } }
    }

    /// The level of each kind's group in an order, by the number of the kind; 0 where there is no order.
    func levels(by order: HostOrder?) -> ContiguousArray<Int> {
        guard let order else { return ContiguousArray(repeating: 0, count: entries.count) }
        return ContiguousArray(entries.map { entry in entry.kind.map { order.level(of: $0.facts.labels) } ?? 0 })
    }

    /// Counts one more host of its kind.
    mutating func add(_ facts: HostFacts) -> Int32 {
        var facts = facts
        facts.name = ""
        facts.lastSeen = nil
        facts.slot?.active?.since = HostKinds.noMoment
        facts.slot?.canary?.since = HostKinds.noMoment
        facts.slot?.trust?.since = HostKinds.noMoment
        for number in recent {
            guard let kind = entries[Int(number)].kind, kind.facts == facts else { continue }
            entries[Int(number)].hosts += 1
            return number
        }
        let number = number(of: HostKind(facts))
        entries[Int(number)].hosts += 1
        if recent.count < HostKinds.mostRecent { recent.append(number) } else { recent[turn] = number }
        turn = (turn + 1) % HostKinds.mostRecent
        return number
    }

    private static let mostRecent = 8
    private static let noMoment = Timestamp(seconds: 0)

    private mutating func number(of kind: HostKind) -> Int32 {
        if let known = numbers[kind] { return known }
        let zone = kind.facts.zone
        let number: Int32
        if let unused = free.popLast() {
            number = unused
        } else {
            number = Int32(entries.count)
            entries.append(Entry(kind: nil, hosts: 0))
            zoneOfKind.append(0)
        }
        entries[Int(number)] = Entry(kind: kind, hosts: 0)
        numbers[kind] = number
        kindsOfZone[zone, default: 0] += 1
        if kindsOfZone[zone] == 1 { numberZones() } else { zoneOfKind[Int(number)] = Int32(zones.firstIndex(of: zone)!) }
        return number
    }

    /// Counts one host less of a kind; the last one takes it along.
    mutating func remove(_ number: Int32) {
        entries[Int(number)].hosts -= 1
        guard entries[Int(number)].hosts == 0, let kind = entries[Int(number)].kind else { return }
        entries[Int(number)].kind = nil
        numbers[kind] = nil
        free.append(number)
        let zone = kind.facts.zone
        kindsOfZone[zone]! -= 1
        if kindsOfZone[zone] == 0 {
            kindsOfZone[zone] = nil
            numberZones()
        }
    }

    private mutating func numberZones() {
        zones = kindsOfZone.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: zones.indices.map { (zones[$0], Int32($0)) })
        for index in entries.indices {
            if let kind = entries[index].kind { zoneOfKind[index] = places[kind.facts.zone]! }
        }
    }
}
