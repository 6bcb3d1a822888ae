package mass.work;

import java.time.*;
import java.time.chrono.*;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.*;
import java.util.Locale;
import java.util.SplittableRandom;

/// Sums, formats and parsing with java.time.
public final class Dates implements Work {
    private static final String[] ZONES = {
        "Europe/Zurich", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "+05:45", "Africa/Casablanca", "Pacific/Apia"
    };

    private static final String[] PATTERNS = {
        "yyyy-MM-dd HH:mm:ss.SSS", "uuuu/DDD", "YYYY-'W'ww-e", "dd.MM.yy h:mm B a", "HHmmssnnnnnnnnn", "[yyyy][MM]dd HH:mm xxx"
    };

    @Override
    public String run(long seed) {
        var random = new SplittableRandom(seed);
        var out = new StringBuilder();
        var time = LocalDateTime.ofEpochSecond(
                random.nextLong(-100_000_000_000L, 100_000_000_000L), random.nextInt(1_000_000_000), ZoneOffset.UTC);
        try {
            switch (random.nextInt(4)) {
                case 0 -> zoned(time.atZone(ZoneId.of(ZONES[random.nextInt(ZONES.length)])), random, out);
                case 1 -> amounts(time, random, out);
                case 2 -> chronologies(time.toLocalDate(), out);
                default -> texts(time, random, out);
            }
        } catch (DateTimeException | ArithmeticException e) {
            out.append(e.getMessage());
        }
        return out.toString();
    }

    private static void zoned(ZonedDateTime time, SplittableRandom random, StringBuilder out) {
        var later = time.plusHours(random.nextInt(100_000)).plusMonths(random.nextInt(30)).withDayOfMonth(1 + random.nextInt(28));
        out.append(later).append(later.toInstant());
        out.append(ChronoUnit.DAYS.between(time, later)).append(time.until(later, ChronoUnit.MINUTES));
        out.append(later.withEarlierOffsetAtOverlap()).append(later.getZone().getRules().nextTransition(time.toInstant()));
        out.append(ZonedDateTime.parse(later.toString()).equals(later)).append(later.toOffsetDateTime().compareTo(time.toOffsetDateTime()));
        out.append(later.truncatedTo(ChronoUnit.HOURS)).append(later.getZone().getRules().getStandardOffset(later.toInstant()));
        out.append(DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT).format(later.withYear(2026)));
    }

    private static void amounts(LocalDateTime time, SplittableRandom random, StringBuilder out) {
        var other = time.plusSeconds(random.nextInt()).minusWeeks(random.nextInt(500));
        var between = Duration.between(time, other);
        out.append(between).append(between.multipliedBy(random.nextInt(9)).dividedBy(7));
        out.append(between.toMillis()).append(Duration.parse(between.toString()).equals(between));
        var period = Period.between(time.toLocalDate(), other.toLocalDate());
        out.append(period).append(period.normalized().toTotalMonths());
        out.append(Period.parse(period.toString()).equals(period)).append(time.plus(period));
        out.append(time.with(TemporalAdjusters.firstInMonth(DayOfWeek.of(1 + random.nextInt(7)))));
        out.append(time.toLocalDate().lengthOfYear());
        out.append(time.range(ChronoField.DAY_OF_MONTH)).append(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        out.append(time.query(TemporalQueries.precision()));
        out.append(YearMonth.from(time).plusMonths(5).atEndOfMonth()).append(Year.of(time.getYear()).isLeap()).append(MonthDay.from(time));
        out.append(time.with(ChronoField.values()[random.nextInt(30)], random.nextInt(40)));
    }

    private static void chronologies(LocalDate date, StringBuilder out) {
        out.append(ThaiBuddhistDate.from(date)).append(MinguoDate.from(date));
        out.append(date.isBefore(LocalDate.EPOCH)).append(IsoChronology.INSTANCE.isLeapYear(date.getYear()));
        out.append(JulianFields.JULIAN_DAY.getFrom(date));
        out.append(ThaiBuddhistDate.from(date).plus(3, ChronoUnit.MONTHS).until(MinguoDate.from(date)));
        if (date.getYear() > 1900) out.append(JapaneseDate.from(date)).append(JapaneseDate.from(date).lengthOfYear());
    }

    private static void texts(LocalDateTime time, SplittableRandom random, StringBuilder out) {
        var zone = ZoneId.of(ZONES[random.nextInt(ZONES.length)]);
        var pattern = PATTERNS[random.nextInt(PATTERNS.length)];
        var formatter = new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern)
                .toFormatter(Locale.ROOT).withZone(zone);
        var text = formatter.format(time.atZone(zone));
        if (random.nextInt(3) == 0) text = text.substring(0, random.nextInt(text.length() + 1)) + "x";
        out.append(text).append(LocalDateTime.parse(time.toString()).equals(time)).append(formatter);
        out.append(formatter.parse(text).isSupported(ChronoField.HOUR_OF_DAY)).append(LocalDateTime.from(formatter.parse(text)));
    }
}
