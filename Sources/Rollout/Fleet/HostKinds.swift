import GraftAPI
import KubeCore

/// The kinds of hosts that there are, each once, with a number that stands for it. A fleet of a hundred thousand has a dozen of them while
/// it is well, and one more for each thing that goes wrong in a way of its own.
struct HostKinds {
    fileprivate struct Entry {
        /// Nil: the number is free.
        var kind: HostKind?
        var hosts: Int
        /// Another kind of the same fingerprint; -1: there is none.
        var next: Int32
        /// Where its hosts stand with what is asked of them; nil: that is not worked out.
        var outlook: Outlook?
    }

    private var entries: ContiguousArray<Entry> = []
    /// The kind that was met last of those with a fingerprint.
    private var numbers: [UInt64: Int32] = [:]
    private var free: [Int32] = []
    private var kindsOfZone: [String: Int] = [:]
    /// The zones of all hosts, sorted.
    private(set) var zones: [String] = []
    /// Index into `zones`, by the number of a kind.
    private(set) var zoneOfKind: ContiguousArray<Int32> = []

    /// Numbers are below it.
    var end: Int { entries.count }

    subscript(number: Int32) -> HostFacts { entries[Int(number)].kind!.facts }

    /// What was worked out of a kind.
    func outlook(of number: Int32) -> Outlook? { entries[Int(number)].outlook }
    mutating func keep(_ outlook: Outlook, of number: Int32) { entries[Int(number)].outlook = outlook }
    mutating func forgetOutlooks() {
        for index in entries.indices { entries[index].outlook = nil }
    }

    /// Each kind with the number of its hosts.
    var counted: Counted { Counted(entries) }

    struct Counted: Sequence, IteratorProtocol {
        private let entries: ContiguousArray<Entry>
        private var number = 0

        fileprivate init(_ entries: ContiguousArray<Entry>) { self.entries = entries }

        mutating func next() -> Count? {
            while number < entries.count {
                let entry = entries[number]
                number += 1
                if let kind = entry.kind { return Count(kind: kind, hosts: entry.hosts) }
            }
            return nil
        }
    }

    /// Refers to what is known of a kind: hosts are counted without a copy of it.
    struct Count {
        private let kind: HostKind
        let hosts: Int

        fileprivate init(kind: HostKind, hosts: Int) {
            self.kind = kind
            self.hosts = hosts
        }

        var facts: HostFacts { kind.facts }
        /// They serve some version.
        var hasActive: Bool { kind.hasActive }
    }

    /// By the number of a kind, whether something holds of it; false where there is none.
    func matching(_ matches: (HostFacts) -> Bool) -> ContiguousArray<Bool> {
        ContiguousArray(entries.map { entry in entry.kind.map { matches($0.facts) } ?? false })
    }

    /// The level of each kind's group in an order, by the number of the kind; 0 where there is no order.
    func levels(by order: HostOrder?) -> ContiguousArray<Int> {
        guard let order else { return ContiguousArray(repeating: 0, count: entries.count) }
        return ContiguousArray(entries.map { entry in entry.kind.map { order.level(of: $0.facts.labels) } ?? 0 })
    }

    /// Counts one more host of its kind.
    mutating func add(_ facts: HostFacts) -> Int32 { withUnsafePointer(to: facts) { add($0) } }

    private mutating func add(_ facts: UnsafePointer<HostFacts>) -> Int32 {
        let fingerprint = facts.fingerprint
        let first = numbers[fingerprint] ?? -1
        var number = first
        while number >= 0, !isOfKind(number, facts) { number = entries[Int(number)].next }
        if number < 0 { number = insert(HostKind(facts.pointee, fingerprint), before: first) }
        entries[Int(number)].hosts += 1
        return number
    }

    /// Counts one more host, where it lies in memory.
    /// - Parameter recent: kinds that were met lately. None of them was taken out since.
    mutating func add(_ facts: UnsafePointer<HostFacts>, recent: inout RecentKinds) -> Int32 {
        let sketch = facts.sketch
        if let number = recent.number(of: sketch), isOfKind(number, facts) {
            entries[Int(number)].hosts += 1
            return number
        }
        let number = add(facts)
        recent.note(number, of: sketch)
        return number
    }

    private func isOfKind(_ number: Int32, _ facts: UnsafePointer<HostFacts>) -> Bool {
        // It is held by its entry. Counting one more reference to it, for each host, costs as much as half of comparing.
        Unmanaged.passUnretained(entries[Int(number)].kind.unsafelyUnwrapped)._withUnsafeGuaranteedRef { $0.includes(facts) }
    }

    private mutating func insert(_ kind: HostKind, before next: Int32) -> Int32 {
        let zone = kind.facts.zone
        let number: Int32
        if let unused = free.popLast() {
            number = unused
        } else {
            number = Int32(entries.count)
            entries.append(Entry(kind: nil, hosts: 0, next: -1))
            zoneOfKind.append(0)
        }
        entries[Int(number)] = Entry(kind: kind, hosts: 0, next: next)
        numbers[kind.fingerprint] = number
        kindsOfZone[zone, default: 0] += 1
        if kindsOfZone[zone] == 1 { numberZones() } else { zoneOfKind[Int(number)] = Int32(zones.firstIndex(of: zone)!) }
        return number
    }

    /// Counts one host less of a kind; the last one takes it along.
    mutating func remove(_ number: Int32) {
        entries[Int(number)].hosts -= 1
        guard entries[Int(number)].hosts == 0, let kind = entries[Int(number)].kind else { return }
        unlink(number, kind.fingerprint)
        entries[Int(number)].kind = nil
        free.append(number)
        let zone = kind.facts.zone
        kindsOfZone[zone]! -= 1
        if kindsOfZone[zone] == 0 {
            kindsOfZone[zone] = nil
            numberZones()
        }
    }

    private mutating func unlink(_ number: Int32, _ fingerprint: UInt64) {
        let next = entries[Int(number)].next
        guard var before = numbers[fingerprint], before != number else {
            numbers[fingerprint] = next >= 0 ? next : nil
            return
        }
        while entries[Int(before)].next != number { before = entries[Int(before)].next }
        entries[Int(before)].next = next
    }

    private mutating func numberZones() {
        zones = kindsOfZone.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: zones.indices.map { (zones[$0], Int32($0)) })
        for index in entries.indices {
            if let kind = entries[index].kind { zoneOfKind[index] = places[kind.facts.zone]! }
        }
    }
}
