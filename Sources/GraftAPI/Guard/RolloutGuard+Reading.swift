package import JSON
import KubeCore
import Schema

extension RolloutGuard {
    /// Reads any guard that has a name. What can't be read of it, or what it says that this program does not know, stands in `problems`: it
    /// then holds what its author meant to hold, all the time. Skipped, as other objects are, it would let everything pass.
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        self.init(metadata: try members.required("metadata"), spec: RolloutGuardSpec(), status: RolloutGuardStatus())
        // Ours, and nothing is decided by it: one that can't be read is written anew.
        if let written = members.object["status"], let read = try? RolloutGuardStatus(from: written, at: JSONPath([.key("status")])) {
            status = read
        }
        let found = members.object["spec"] ?? .null
        let path = JSONPath([.key("spec")])
        do {
            spec = try RolloutGuardSpec(from: found, at: path)
        } catch {
            problems.append("\(error)")
            spec.match = (try? GuardMatch(from: found["match"] ?? .null)) ?? .everything
        }
        if spec.match.namespaces.isEmpty || spec.match.classes.isEmpty { spec.match = .everything }
        problems += RolloutGuardSpec.schema.pruning(found, at: path).removed.prefix(8).map {
            "\($0.description.printable): unknown field; correct its name, or update what reads this guard"
        }
        guard problems.isEmpty else { return }
        if spec.freeze == nil, spec.budget == nil { problems.append("\(path): found neither freeze nor budget, wanted one of them") }
        for (index, window) in (spec.freeze?.windows ?? []).enumerated() {
            let place = path.appending("freeze").appending("windows").appending(index)
            if let problem = window.problem { problems.append("\(place): \(problem)".printable) }
        }
    }

    // Said here, so that none of them reads as other kinds are read.
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    package init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }
}

extension FreezeWindow {
    /// What is wrong with it, that a schema can't say; nil when nothing is.
    package var problem: String? {
        if let duration {
            guard from == nil, until == nil else { return "found duration beside from or until, wanted one of the two forms" }
            guard (1...Self.longest.seconds).contains(duration.seconds) else {
                return "duration: found \(duration), wanted more than 0s and at most \(Self.longest); give longer ones from and until"
            }
            guard minuteOfDay != nil else { return "start: found \"\(start)\", wanted hours and minutes like \"18:00\"" }
            guard ZoneName.isSound(timeZone) else { return "timeZone: found \"\(timeZone)\", wanted a name like Europe/Berlin" }
            if let date = dates.first(where: { MonthDay($0) == nil }) {
                return "dates: found \"\(date)\", wanted a day like \"12-24\" or \"2026-12-24\""
            }
            return nil
        }
        guard let from else { return "found neither duration nor from, wanted one of them" }
        if let until, until <= from { return "until: found \(until), wanted a time after \(from)" }
        return nil
    }

    /// Minutes after midnight at which it begins.
    var minuteOfDay: Int64? {
        let parts = start.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int64(parts[0]), let minute = Int64(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}

/// A day of every year, or of one.
struct MonthDay: Hashable {
    var year: Int64?
    var month: Int64
    var day: Int64

    /// Nil when there is no such day in any year.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            parts.suffix(2).allSatisfy({ $0.utf8.count == 2 }), parts.count == 2 || parts[0].utf8.count == 4
        else { return nil }
        let numbers = parts.compactMap { Int64($0) }
        year = numbers.count == 3 ? numbers[0] : nil
        (month, day) = (numbers[numbers.count - 2], numbers[numbers.count - 1])
        // A leap year has every day that any year has.
        guard CivilDate(year: year ?? 2000, month: month, day: day).daysSinceEpoch != nil else { return nil }
    }

    func matches(_ date: CivilDate) -> Bool { date.month == month && date.day == day && (year ?? date.year) == date.year }
}
