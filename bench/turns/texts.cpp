#include "turns/texts.hpp"

#include <array>

namespace offhook::turns {
namespace {

using std::string_view;

constexpr Broken kBroken[] = {
    {"open", "I would like to book an appointment for", "next Tuesday morning."},
    {"content", "The reason I am calling today", "is that my tooth hurts."},
    {"dictated", "My number is five five five", "one two three four."},
    {"open", "Could you tell me what the", "price of a cleaning is?"},
    {"content", "My daughter who was with you last week", "has lost her filling."},
    {"dictated", "My e-mail is john at", "example dot com."},
    {"open", "Well, um", "I am not quite sure what I need."},
    {"content", "The pain on the left side", "has become much worse since yesterday."},
    {"dictated", "It is spelled S M I", "T H."},
    {"open", "I want to come in with my", "two children on Friday."},
    {"content", "The appointment that I made last Monday", "has to be moved to another day."},
    {"dictated", "I was born on the third of", "March nineteen eighty four."},
    {"open", "Do you have anything free on", "Thursday afternoon?"},
    {"content", "What my insurance company told me", "was that you would send the bill."},
    {"dictated", "My insurance number is four seven one", "nine nine two zero."},
    {"open", "I am calling because", "I broke a tooth this morning."},
    {"content", "The doctor I usually see", "is on holiday this week."},
    {"dictated", "The address is seventeen", "Station Road, second floor."},
    {"open", "I would rather come in the morning, or", "maybe right after lunch."},
    {"content", "The form you sent me by mail", "never arrived at my house."},
    {"dictated", "You can reach me at two one two", "five five five, zero one nine eight."},
    {"open", "I need to see someone about a", "crown that came loose."},
    {"content", "If Wednesday at ten", "does not work, I can come on Thursday."},
    {"dictated", "My last name is B R O", "W N E."},
    {"open", "Hi, my name is", "Alex Miller and I have a question."},
    {"content", "The last time I was at your office", "somebody took an X ray."},
    {"dictated", "The code is A seven", "dash three three nine."},
};

constexpr string_view kComplete[] = {
    "What time do you open on Saturday?",
    "I would like to book an appointment for a cleaning.",
    "Do you have anything free on Thursday morning?",
    "How much does a checkup cost?",
    "My tooth has been hurting since yesterday.",
    "Can I bring my daughter along?",
    "I need to move my appointment to next week.",
    "Where exactly is your office?",
    "Is there a parking lot nearby?",
    "I lost a filling this morning.",
    "Do you accept my insurance?",
    "Could you tell me how long a cleaning takes?",
    "I have never been to your office before.",
    "Which doctor will I see?",
    "Please cancel my appointment on Friday.",
    "Are you open on public holidays?",
    "What should I do if the pain gets worse?",
    "I would prefer an appointment in the afternoon.",
    "Can you send me the bill by mail?",
    "How early should I be there?",
    "My son is afraid of the dentist.",
    "Do you also treat small children?",
    "I am looking for a new dentist.",
    "What do I have to bring to my first visit?",
    "Tuesday at two works well for me.",
    "Can I pay by credit card?",
};

constexpr string_view kShort[] = {"Yes.",     "No.",    "Okay.",   "Sure.",  "Nope.",  "Correct.",
                                  "Tuesday.", "Three.", "Please.", "Right.", "Maybe.", "Morning."};

constexpr string_view kInterrupting[] = {
    "No wait, stop.",
    "Sorry, I meant Thursday.",
    "Can I ask something else?",
    "Hold on a second.",
    "No, that is not what I asked.",
    "Excuse me, what about Friday?",
    "Stop, stop, that is enough.",
    "Wait, I have a question.",
    "Actually, I need something different.",
    "Sorry, could you say that again?",
    "No no, I wanted to cancel it.",
    "Let me stop you there, please.",
};

// As the voices are to spell them.
constexpr string_view kBackchannel[] = {"Mm hm.", "Yeah.", "Okay.",     "Right.",  "Uh huh.", "I see.",
                                        "Mm.",    "Sure.", "Ah, okay.", "Got it.", "Yes.",    "Oh, nice."};

constexpr string_view kTv[] = {
    "And now the weather for tomorrow, with clouds over most of the country and some rain in the evening.",
    "The minister said on Monday that the new law would come into force at the beginning of next year.",
    "In the second half the home team played much better, but it could not score before the final whistle.",
    "Stay with us, because after the break we talk to the woman who sailed around the world on her own.",
    "Police are asking drivers to avoid the motorway near the airport until the accident has been cleared.",
};

constexpr string_view kSideTalk[] = {
    "Mom, have you seen my blue jacket anywhere?",     "Can you put the kettle on while you are in there?",
    "The dog wants to go out again, I will take him.", "Dinner is ready in about ten minutes, all right?",
    "Did somebody feed the cat this morning?",
};

}  // namespace

std::span<const Broken> broken_texts() {
  return kBroken;
}
std::span<const string_view> complete_texts() {
  return kComplete;
}
std::span<const string_view> short_texts() {
  return kShort;
}
std::span<const string_view> interrupting_texts() {
  return kInterrupting;
}
std::span<const string_view> backchannel_texts() {
  return kBackchannel;
}
std::span<const string_view> tv_texts() {
  return kTv;
}
std::span<const string_view> side_talk_texts() {
  return kSideTalk;
}

}  // namespace offhook::turns
