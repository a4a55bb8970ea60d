import Glibc
import Stations

/// What verification costs beside the signature primitives that it must do, in the same run; what a judgement costs that was made before; and
/// whether memory stays flat.
///
///     trust [--rounds N] [--verifications N]   prints the table; ends with status 1 when an aim is missed
///     trust WORK REPETITIONS                   does one work so often and prints nothing: for perf and callgrind
///
/// Times are processor time of the one thread that does everything.
@main struct TrustBenchmark {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.count == 2, let repetitions = Int(arguments[1]), !arguments[0].hasPrefix("--") {
                try await repeatWork(arguments[0], repetitions)
                return
            }
            let rows = try await measure(Options(arguments))
            print("\n" + Row.header)
            for row in rows { print(row.text) }
            if rows.contains(where: { !$0.holds }) { exit(1) }
        } catch {
            complain("trust: \(error)")
            exit(2)
        }
    }

    private static func repeatWork(_ name: String, _ repetitions: Int) async throws {
        let works = try Works()
        if name == CachedVerdict.name {
            try await CachedVerdict().run(repetitions)
            return
        }
        guard let work = works.all.first(where: { $0.name == name }) else {
            throw Failure("there is no '\(name)'; there are: \((works.all.map(\.name) + [CachedVerdict.name]).joined(separator: ", "))")
        }
        for _ in 0..<repetitions { try work.run() }
    }

    private static func measure(_ options: Options) async throws -> [Row] {
        let cached = try CachedVerdict()
        var works = try Works()
        try await cached.run(2000)
        for round in 0...options.rounds {
            // The first round touches everything for the first time.
            try works.measure(counts: round > 0)
            let start = ThreadClock.now
            try await cached.run(1000)
            if round > 0 { works.cached.append(Double(ThreadClock.now - start) / 1e6) }
        }
        return works.rows(rounds: options.rounds) + [try await Endurance(options.verifications).measure()]
    }
}

struct Options {
    var rounds = 41
    /// For the memory.
    var verifications = 20_000

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let text = rest.popFirst(), let number = Int(text), number > 0 else {
                throw Failure("\(option): wanted a number behind it")
            }
            switch option {
            case "--rounds": rounds = number
            case "--verifications": verifications = number
            default: throw Failure("\(option): no such option; wanted --rounds or --verifications")
            }
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Processor time of this thread, in nanoseconds.
enum ThreadClock {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
