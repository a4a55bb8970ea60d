import Foundation
import JSON
import KubeCore

/// Reads and writes one custom resource in every way, beside Foundation's `Codable` in the same run.
///
///     json                     prints the table; ends with status 1 when a ratio or the memory is missed
///     json WORK REPETITIONS    does one work so often and prints nothing: for perf and callgrind
@main struct JSONBenchmark {
    /// Bytes of the heap that a typed object of this shape may hold.
    static let memoryLimit = 1200
    static let objects = 20_000

    static func main() throws {
        var works = try self.works()
        let arguments = CommandLine.arguments
        if arguments.count == 3, let repetitions = Int(arguments[2]) {
            guard let work = works.first(where: { $0.name == arguments[1] }) else {
                print("there is no '\(arguments[1])'; there are: \(works.map(\.name).joined(separator: ", "))")
                exit(2)
            }
            for _ in 0..<repetitions { try work.run() }
            return
        }
        try Work.measure(&works, rounds: 25, repetitions: 200)
        let table = Table(works: works, yardstick: works[0].least)
        table.lines.forEach { print($0) }
        let held = try Memory.held(objects)
        print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
        table.rows.forEach { print($0) }
        let share = "\((Double(held) / Double(memoryLimit) * 100).rounded() / 100)"
        print(
            "| JSON: held by each of \(objects) typed objects | ≤ \(memoryLimit) bytes | \(held) bytes | \(share) "
                + "| \(held > memoryLimit ? "**missed**" : "") |")
        var misses = table.misses
        if held > memoryLimit { misses.append("an object holds \(held) bytes; wanted at most \(memoryLimit)") }
        misses.forEach { print("MISSED: \($0)") }
        if !misses.isEmpty { exit(1) }
    }

    private static func works() throws -> [Work] {
        let tree = Sample.object(7)
        let compact = tree.bytes()
        let pretty = tree.bytes(.pretty)
        let data = Data(compact)
        let decoder = FoundationGadget.decoder()
        let encoder = FoundationGadget.encoder()
        let theirs = try decoder.decode(FoundationGadget.self, from: data)
        let ours = try Gadget(parsing: compact)
        let written = ours.json.bytes().count
        let line = Array("{\"type\":\"MODIFIED\",\"object\":".utf8) + compact + Array("}".utf8)
        return [
            Work("Foundation JSONDecoder", bytes: compact.count) { keep(try decoder.decode(FoundationGadget.self, from: data)) },
            Work("Foundation JSONSerialization", bytes: compact.count) { keep(try JSONSerialization.jsonObject(with: data)) },
            Work("Foundation JSONEncoder", bytes: written) { keep(try encoder.encode(theirs)) },
            Work("bytes → typed", bytes: compact.count, wantedRatio: 4.5, aim: 12) { keep(try Gadget(parsing: compact)) },
            Work("indented bytes → typed", bytes: pretty.count, wantedRatio: 4, aim: 12) { keep(try Gadget(parsing: pretty)) },
            Work("watch line → typed", bytes: line.count, wantedRatio: 4, aim: 12) { keep(try WatchLine<Gadget>(parsing: line[...])) },
            Work("bytes → value", bytes: compact.count, wantedRatio: 3, aim: 20) { keep(try JSON.parse(compact)) },
            Work("bytes → value → typed", bytes: compact.count) { keep(try Gadget(from: JSON.parse(compact))) },
            Work("typed → bytes", bytes: written, wantedRatio: 3.5, aim: 12) { keep(ours.json.bytes()) },
            Work("value → bytes", bytes: compact.count, wantedRatio: 4.5, aim: 20) { keep(tree.bytes()) },
            // 600 MB/s are what this ratio is where the decoder takes 37 µs.
            Work("checked and skipped", bytes: compact.count, wantedRatio: 9.5, aim: Double(compact.count) / 600) {
                keep(try Skipped(parsing: compact))
            },
        ]
    }
}

/// Asks for nothing.
private struct Skipped: JSONObjectDecodable {
    init(reading members: JSONMembers) {}
}
